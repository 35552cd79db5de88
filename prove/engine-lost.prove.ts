import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { retryNow } from '../engine/contract.ts';
import { makeCast } from '../testing/cast/cast.ts';
import { eventually } from '../testing/cast/engine.ts';
import { subscribe } from '../testing/cast/webhooks.ts';
import { startReceiver } from '../testing/outside/receiver.ts';
import { refusal, startMailServer } from '../testing/outside/smtp.ts';
import { clearedLeaver, problemsWithCompletions, untilQuiet } from './crashes/completions.ts';
import { completeWithRetries, signIn } from './crashes/retrying-user.ts';
import { startMachine } from './machine/machine.ts';
import { logProgress } from './progress.ts';
import { staleWorkflowsAfterWait } from './races/workflows.ts';

const receiver = await startReceiver((_request, response) => response.writeHead(500).end());
const mailServer = await startMailServer();
mailServer.behaviour.onReceiver = () => refusal(451);
const machine = await startMachine({ SMTP_URL: mailServer.url, PUBLIC_URL: 'http://127.0.0.1' });
const { pool, client, parts, dataDir } = machine;
await machine.untilHealthy();
await subscribe(machine.database, receiver.url, ['user.offboarded']);

const open = 300;
const withinMs = 60_000;

const countOf = async (query: string): Promise<number> =>
  Number((await pool.query<{ count: string }>(query)).rows[0]!.count);
const running = (type: string) =>
  client.workflow.count(`WorkflowType = '${type}' AND ExecutionStatus = 'Running'`).then(
    ({ count }) => count,
    () => 0,
  );

/** Kills Temporal and starts it again with an empty store. */
async function loseTheStore() {
  await parts.temporal.kill();
  for (const ending of ['', '-wal', '-shm']) rmSync(join(dataDir, `temporal.db${ending}`), { force: true });
  await parts.temporal.start();
  expect(await running('offboarding')).toBe(0);
}

/** Makes every waiting webhook and mail retry now. */
async function retryEverythingNow() {
  for (const type of ['webhook', 'mail']) {
    for await (const { workflowId } of client.workflow.list({
      query: `WorkflowType = '${type}' AND ExecutionStatus = 'Running'`,
    }))
      await client.workflow
        .getHandle(workflowId)
        .signal(retryNow)
        .catch(() => undefined);
  }
}

test(`after Temporal's store is deleted, ${open} leavers, deliveries and mails are back within a minute, and nothing happens twice`, async () => {
  const left = await Promise.all(Array.from({ length: 3 }, () => clearedLeaver(machine)));
  for (const { ivo, lena } of left) await completeWithRetries(await signIn(machine, ivo.email), lena.id);
  const staying: number[] = [];
  while (staying.length < open) staying.push((await makeCast(machine.database)).lena.id);
  const company = { people: staying, assets: [], licenses: [], baseline: 0 };
  const everything = { offboarding: open, webhook: left.length, mail: left.length };
  const isThere = async () => {
    for (const [type, count] of Object.entries(everything)) if ((await running(type)) !== count) return false;
    return true;
  };
  await eventually(isThere, 120_000);
  const triedMails = `select count(*) from mails where state = 'pending' and attempts > 0`;
  await eventually(async () => (await countOf(triedMails)) === left.length, 30_000);
  const sentBefore = receiver.received.length;
  expect(sentBefore).toBeGreaterThanOrEqual(left.length);
  const entries = await countOf('select count(*) from audit_entries');

  await loseTheStore();
  const began = Date.now();
  await eventually(isThere, withinMs);
  const took = Date.now() - began;
  logProgress(
    `${open} leavers, ${left.length} deliveries and ${left.length} mails are back ${(took / 1000).toFixed(1)} s after Temporal`,
  );
  expect(took).toBeLessThan(withinMs);
  // The worker's polls recover a little later than its client calls.
  expect(await staleWorkflowsAfterWait(client, pool, company)).toEqual([]);
  expect(Date.now() - began).toBeLessThan(withinMs);
  logProgress(
    `every workflow knows what is open ${((Date.now() - began) / 1000).toFixed(1)} s after Temporal`,
  );

  receiver.answer = (_request, response) => void response.end();
  mailServer.behaviour.onReceiver = () => null;
  const areQuiet = () => untilQuiet(machine, 100).then(() => true);
  await eventually(async () => {
    await retryEverythingNow();
    return areQuiet().catch(() => false);
  }, 60_000);
  expect(receiver.received.length).toBeGreaterThanOrEqual(sentBefore + left.length);
  // The ids are unchanged, and every other effect happened once.
  expect(
    await problemsWithCompletions(machine, left, { received: receiver.received, taken: mailServer.taken }),
  ).toEqual([]);
  expect(await countOf('select count(*) from audit_entries')).toBe(entries);
  const receivers = mailServer.taken.map(({ to }) => to.join());
  expect(receivers.sort()).toEqual(left.map(({ mira }) => mira.email).sort());
});
