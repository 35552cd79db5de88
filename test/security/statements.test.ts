import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

// ASVS 1.2.4: values reach a statement only as parameters.

const root = new URL('../../', import.meta.url);
const rooms = '{activities,config,database,domain,metrics,web,worker,workflows}/**/*.ts';
const sources = globSync(rooms, { cwd: root })
  .filter((file) => !file.includes('migrations/'))
  .map((file) => [file, readFileSync(new URL(file, root), 'utf8')] as const);

const found = (pattern: RegExp) =>
  sources.flatMap(([file, text]) => [...text.matchAll(pattern)].map(([match]) => `${file}: ${match}`));

describe('no SQL statement', () => {
  test('is concatenated from strings', () => {
    expect(sources.length).toBeGreaterThan(200);
    expect(sources.some(([, text]) => /sql(<.*>)?`/.test(text))).toBe(true);
    expect(found(/sql\.raw\b.*/g)).toEqual([]);
    // A template without its tag, or a concatenated string. GRANT takes no parameters, so migrate.ts
    // quotes a name.
    const untagged = found(/\b(?:execute|query|raw)\(\s*(?:`[^`]*\$\{|'[^']*'\s*\+)/g);
    expect(untagged.map((match) => match.split(':')[0])).toEqual(['database/core/migrate.ts']);
  });

  test('contains a literal or name that is not a constant', () => {
    expect(found(/sql\.(?:lit|ref|id|table)\([^)$]*/g).toSorted()).toEqual([
      // The alias of a table in this code.
      'database/access/has-access.ts: sql.ref(`',
      'database/access/has-access.ts: sql.ref(`',
      'database/access/has-access.ts: sql.ref(`',
      'database/access/has-access.ts: sql.ref(`',
      // An event type, which is one of a fixed list.
      'database/core/webhook-events.ts: sql.id(`deliveries of ',
      'database/core/webhook-events.ts: sql.id(type',
      // How many are counted or named.
      'database/directory/decision-count.ts: sql.lit(most',
      'database/directory/decision-count.ts: sql.lit(most',
      'database/directory/held.ts: sql.lit(namesShown',
      "database/engine/backlog.ts: sql.ref('created_at'",
      "database/engine/backlog.ts: sql.ref('due_at'",
      // One of two lines of a pair.
      'database/imports/whole-file/pairs.ts: sql.ref(line',
      'database/imports/whole-file/pairs.ts: sql.ref(line',
      'database/offboarding/recorded/items.ts: sql.lit(key',
      'database/people/user-record.ts: sql.lit(reportsShown',
      // Numbers of this code: the place of a column, and the order of hits.
      'database/search/hits.ts: sql.lit(columns.length',
      'database/search/hits.ts: sql.lit(index',
      'database/search/hits.ts: sql.lit(places.beginning',
      'database/search/hits.ts: sql.lit(places.inside',
      'database/search/hits.ts: sql.lit(places.whole',
      'database/search/search.ts: sql.lit(index',
      'database/webhooks/undelivered.ts: sql.lit(testEventType',
    ]);
  });
});
