import pg from 'pg';
import { expect, test } from 'vitest';
import { createEndpoint } from '../../database/webhooks/endpoints.ts';
import { complete } from '../../engine/contract.ts';
import { freePort } from '../../scripts/local/ports.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { eventually, ownEngine, testDependencies } from '../../testing/cast/engine.ts';
import { startReceiver } from '../../testing/outside/receiver.ts';
import { startMailServer } from '../../testing/outside/smtp.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { scrape } from '../../testing/servers/metrics.ts';
import { startWorkerProcess } from '../../testing/servers/worker-process.ts';

const own = await ownDatabase();
const { database } = own;
const { namespace, ask } = await ownEngine(database);
const smtp = await startMailServer();
const receiver = await startReceiver((_request, response) => response.writeHead(500).end());
const takingReceiver = await startReceiver();
for (const { url } of [receiver, takingReceiver])
  await createEndpoint(
    database.em,
    'system',
    { url, description: null, eventTypes: ['user.offboarded'] },
    testDependencies(database).secretBox,
  );
const port = await freePort();
const sdkPort = await freePort();
startWorkerProcess(own, namespace, {
  METRICS_PORT: String(port),
  SDK_METRICS_PORT: String(sdkPort),
  SMTP_URL: smtp.url,
});

test('the metrics count a completion and its effects: relayed changes, accepted and refused webhooks, a mail', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  const { outcome } = await ask(complete, cast.offboardingId, { actor: `user:${cast.ivo.id}` });
  expect(outcome).toBe('completed');

  const read = await eventually(async () => {
    const read = await scrape(port);
    const isThere =
      read.has('lastday_webhook_try_seconds_count{outcome="http_error"}') &&
      read.has('lastday_webhook_try_seconds_count{outcome="delivered"}') &&
      read.has('lastday_mail_tries_total{outcome="sent"}') &&
      read.get('lastday_outbox_unsent_rows') === 0;
    return isThere ? read : null;
  }, 30_000);
  expect(read.get('lastday_relay_rows_total{outcome="sent"}')).toBeGreaterThan(0);
  expect(read.get('lastday_relay_rows_total{outcome="refused"}')).toBe(0);
  expect(
    read.get('lastday_engine_call_seconds_count{call="signalOffboarding",outcome="answered"}'),
  ).toBeGreaterThan(0);
  expect(read.get('lastday_webhook_deliveries_pending')).toBe(1);
  expect(read.get('lastday_workers_seen')).toBe(1);
  expect(read.get('lastday_outbox_oldest_unsent_seconds')).toBe(0);
}, 60_000);

test('the SDK serves the latencies of workflows and activities at its own port', async () => {
  const names = [...(await scrape(sdkPort)).keys()];
  const isServed = (metric: string, activity: string) =>
    names.some((name) => name.startsWith(metric) && name.includes(`activity_type="${activity}"`));
  expect(isServed('temporal_activity_execution_latency', 'complete')).toBe(true);
  expect(names.some((name) => name.startsWith('temporal_workflow_task_execution_latency'))).toBe(true);
});

test('the metrics count failed activities and failed relay runs', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  const owner = new pg.Client(own.ownerUrl);
  await owner.connect();
  await owner.query('alter table mails rename to mails_away');
  await owner.query('alter table outbox rename to outbox_away');
  const asked = ask(complete, cast.offboardingId, { actor: `user:${cast.ivo.id}`, timeoutMs: 90_000 });
  asked.catch(() => {});
  try {
    await eventually(async () => {
      const read = await scrape(port);
      const counted = (metric: string) => (read.get(metric) ?? 0) > 0;
      return (
        counted('lastday_step_failures_total{step="complete"}') &&
        counted('lastday_loop_failures_total{loop="Relay"}')
      );
    }, 30_000);
  } finally {
    await owner.query('alter table mails_away rename to mails');
    await owner.query('alter table outbox_away rename to outbox');
    await owner.end();
  }
  expect((await asked).outcome).toBe('completed');
}, 120_000);

test('the metrics count due reminders until they fire', async () => {
  const { offboardingId } = await makeCast(database);
  // The workflow knows the old due time, and queries again only after a change.
  await eventually(async () => (await scrape(port)).get('lastday_outbox_unsent_rows') === 0);
  await database.em
    .fork()
    .execute(`update reminders set due_at = now() - interval '1 hour' where offboarding_id = ?`, [
      offboardingId,
    ]);
  const read = await scrape(port);
  expect(read.get('lastday_reminders_due')).toBeGreaterThan(0);
  expect(read.get('lastday_reminders_oldest_due_seconds')).toBeGreaterThanOrEqual(3600);
});
