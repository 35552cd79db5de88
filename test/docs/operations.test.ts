import { readFileSync } from 'node:fs';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { measureBacklog } from '../../metrics/backlog.ts';
import { measurePool } from '../../metrics/pool.ts';
import { webMetrics } from '../../metrics/web.ts';
import { workerMetrics } from '../../metrics/worker.ts';
import { ownDatabase } from '../../testing/servers/database.ts';

const { database } = await ownDatabase();
const text = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');

test('the documented metrics are those that are served', async () => {
  const ofDatabase = new Registry();
  measureBacklog(ofDatabase, database);
  await measurePool(ofDatabase, database);
  const served = [webMetrics().registry, workerMetrics().registry, ofDatabase].flatMap((registry) =>
    registry.getMetricsAsArray().map(({ name }) => name),
  );
  const rows = text.split('\n').filter((line) => line.startsWith('| `lastday_'));
  const explained = rows.flatMap((row) => row.split('|')[1]!.match(/lastday_\w+/g) ?? []);
  expect(new Set(explained)).toEqual(new Set(served));
  const mentioned = text.match(
    /\blastday_(?:outbox|http|completions|engine|relay|webhook|mail|step|loop|database|workers|offboardings|reminders)\w*/g,
  );
  for (const name of mentioned ?? []) expect(served).toContain(name);
});

test('every environment variable is documented', () => {
  const source = readFileSync(new URL('../../config/environment.ts', import.meta.url), 'utf8');
  const read = [...source.matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(([, name]) => name!);
  expect(read).toContain('METRICS_PORT');
  for (const name of read) expect(text).toContain(`\`${name}\``);
});
