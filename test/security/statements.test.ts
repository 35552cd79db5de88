import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

// ASVS 1.2.4: what a statement is told comes to it as a parameter, never as a part of its text.

const root = new URL('../../', import.meta.url);
const rooms = '{activities,config,database,domain,metrics,web,worker,workflows}/**/*.ts';
const sources = globSync(rooms, { cwd: root })
  .filter((file) => !file.includes('migrations/'))
  .map((file) => [file, readFileSync(new URL(file, root), 'utf8')] as const);

const found = (pattern: RegExp) =>
  sources.flatMap(([file, text]) => [...text.matchAll(pattern)].map(([match]) => `${file}: ${match}`));

describe('no statement', () => {
  test('is put together from texts', () => {
    expect(sources.length).toBeGreaterThan(200);
    expect(sources.some(([, text]) => /sql(<.*>)?`/.test(text))).toBe(true);
    expect(found(/sql\.raw\b.*/g)).toEqual([]);
    // A template without its tag, or a text with something added to it. Grants take no parameters: theirs is a quoted name.
    const untagged = found(/\b(?:execute|query|raw)\(\s*(?:`[^`]*\$\{|'[^']*'\s*\+)/g);
    expect(untagged.map((match) => match.split(':')[0])).toEqual(['database/core/migrate.ts']);
  });

  test('names anything but a constant of ours', () => {
    expect(found(/sql\.(?:lit|ref|id|table)\([^)$]*/g).toSorted()).toEqual([
      'database/webhooks/undelivered.ts: sql.lit(testEventType',
      "database/engine/backlog.ts: sql.ref('created_at'",
      "database/engine/backlog.ts: sql.ref('due_at'",
      'database/people/user-record.ts: sql.lit(reportsShown',
      // A type of event, which is one of a list.
      'database/core/webhook-events.ts: sql.id(`deliveries of ',
      'database/core/webhook-events.ts: sql.id(type',
    ]);
  });
});
