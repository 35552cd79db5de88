import { expect, test } from 'vitest';
import { readBacklog } from '../../../database/engine/backlog.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { statementsOf } from '../../../testing/cast/statements.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();

test('the backlog is read by indexes, because it is scraped every few seconds', async () => {
  await makeCast(database);
  const statements = (await statementsOf(() => readBacklog(database.em.fork(), 5_000))).filter((text) =>
    text.includes('outbox'),
  );
  expect(statements).toHaveLength(1);
  const plan = await database.em.fork().transactional(async (em) => {
    await em.execute('set local enable_seqscan = off');
    return em.execute<{ 'QUERY PLAN': string }[]>(`explain ${statements[0]}`);
  });
  const lines = plan.map((row) => row['QUERY PLAN']);
  // Except heartbeats, which have one row for each worker.
  expect(lines.filter((line) => /Seq Scan/.test(line) && !line.includes('heartbeats'))).toEqual([]);
  const used = [
    'outbox_unsent',
    'reminders_due',
    'offboardings_failed',
    'webhook_deliveries_pending',
    'mails_pending',
  ];
  for (const index of used) expect(lines.join('\n')).toContain(`${index}_index`);
});
