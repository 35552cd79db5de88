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

// Other tests pass shorter timeouts, so this test pins those of production.
test('in production each timeout has the documented value', () => {
  expect({
    'a page waits for Temporal': usualDeadlineMs,
    'a page waits for a statement': web.queryTimeoutMs,
    'a worker waits for a statement': worker.queryTimeoutMs,
    'a transaction is idle': usualIdleInTransactionTimeoutMs,
    'interval of a worker’s heartbeat': worker.usualHeartbeatIntervalMs,
    'running work may finish': usualShutdownGraceMs,
    'a process shuts down': usualEndTimeoutMs,
  }).toEqual({
    'a page waits for Temporal': 4_500,
    'a page waits for a statement': 8_000,
    'a worker waits for a statement': 20_000,
    'a transaction is idle': 60_000,
    'interval of a worker’s heartbeat': 5_000,
    'running work may finish': 10_000,
    'a process shuts down': 14_000,
  });
  expect(usualBrokenStepAttempts).toBe(6);
});

test('the inner timeouts are shorter than the outer ones', () => {
  expect(usualShutdownGraceMs).toBeLessThan(usualEndTimeoutMs);
  expect(usualIdleInTransactionTimeoutMs).toBeGreaterThan(worker.queryTimeoutMs);
});

test('PostgreSQL applies the timeouts of each connection', async () => {
  const database = await connect(own.url, { queryTimeoutMs: web.queryTimeoutMs });
  const [idle] = await database.em.fork().execute('show idle_in_transaction_session_timeout');
  const [statement] = await database.em.fork().execute('show statement_timeout');
  expect({ ...idle, ...statement }).toEqual({
    idle_in_transaction_session_timeout: '1min',
    statement_timeout: '9s',
  });
  await database.close();
});
