import { expect, test } from 'vitest';
import { usualBrokenStepAttempts } from '../../activities/error-mapping.ts';
import { usualEndTimeoutMs } from '../../config/shutdown-timeout.ts';
import { connect, usualIdleInTransactionTimeoutMs } from '../../database/core/orm.ts';
import { usualDeadlineMs } from '../../engine/console-client.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import * as web from '../../web/process.ts';
import * as worker from '../../worker/run.ts';
import { usualShutdownGraceMs } from '../../worker/workers.ts';

const own = await ownDatabase();

// Other tests give shorter ones, so that they need not wait for these.
test('in production each timeout is what operators are told', () => {
  expect({
    'a page waits for the engine': usualDeadlineMs,
    'a page waits for a statement': web.queryTimeoutMs,
    'a worker waits for a statement': worker.queryTimeoutMs,
    'a transaction says nothing': usualIdleInTransactionTimeoutMs,
    'a worker shows that it is alive': worker.usualHeartbeatIntervalMs,
    'what is under way may finish': usualShutdownGraceMs,
    'a process ends': usualEndTimeoutMs,
  }).toEqual({
    'a page waits for the engine': 4_500,
    'a page waits for a statement': 8_000,
    'a worker waits for a statement': 20_000,
    'a transaction says nothing': 60_000,
    'a worker shows that it is alive': 5_000,
    'what is under way may finish': 10_000,
    'a process ends': 14_000,
  });
  expect(usualBrokenStepAttempts).toBe(6);
});

test('what has its time ends in time for the process to end', () => {
  expect(usualShutdownGraceMs).toBeLessThan(usualEndTimeoutMs);
  expect(usualIdleInTransactionTimeoutMs).toBeGreaterThan(worker.queryTimeoutMs);
});

test('the server knows the timeouts of those who connect', async () => {
  const database = await connect(own.url, { queryTimeoutMs: web.queryTimeoutMs });
  const [idle] = await database.em.fork().execute('show idle_in_transaction_session_timeout');
  const [statement] = await database.em.fork().execute('show statement_timeout');
  expect({ ...idle, ...statement }).toEqual({
    idle_in_transaction_session_timeout: '1min',
    statement_timeout: '9s',
  });
  await database.close();
});
