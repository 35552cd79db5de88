import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, inject, test } from 'vitest';
import { Notification, Reminder } from '../../database/entities/index.ts';
import { complete } from '../../engine/contract.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { eventually, ownEngine } from '../../testing/cast/engine.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { startWorkerProcess } from '../../testing/servers/worker-process.ts';

const own = await ownDatabase();
const { database } = own;
const { namespace, address, client, ask, handleOf } = await ownEngine(database);
const em = () => database.em.fork();
const running = `WorkflowType = 'offboarding' AND ExecutionStatus = 'Running'`;

const temporal = (...args: string[]) =>
  promisify(execFile)(inject('temporalCli'), [...args, '--address', address, '--namespace', namespace], {
    env: { ...process.env, HOME: '/nonexistent' },
  });
const runOf = async (offboardingId: number) => {
  const { runId, status, historyLength } = await handleOf(offboardingId).describe();
  return { runId, isFollowing: status.name === 'RUNNING' && historyLength > 5 };
};

test('workflows that an operator terminates all at once start again, and repeat nothing', async () => {
  startWorkerProcess(own, namespace);
  // Past their last day, so reminders are due at once.
  const casts = [await makeCast(database, -1), await makeCast(database, -2), await makeCast(database, 5)];
  const before = await Promise.all(
    casts.map(({ offboardingId }) =>
      eventually(async () => {
        const run = await runOf(offboardingId).catch(() => null);
        return run?.isFollowing ? run.runId : null;
      }, 30_000),
    ),
  );
  const countOf = async () => ({
    fired: await em().count(Reminder, { firedAt: { $ne: null } }),
    notifications: await em().count(Notification),
  });
  await eventually(async () => (await client.workflow.count(running)).count === casts.length);
  await eventually(
    async () =>
      (await em().count(Reminder, { dueAt: { $lt: new Date() }, firedAt: null, skippedAt: null })) === 0,
  );
  const counts = await countOf();
  expect(counts.fired).toBeGreaterThan(0);

  await temporal('workflow', 'terminate', '--query', running, '--reason', 'begin anew', '--yes');
  for (const [index, { offboardingId }] of casts.entries()) {
    await eventually(async () => {
      const run = await runOf(offboardingId);
      return run.isFollowing && run.runId !== before[index];
    }, 60_000);
  }
  expect(await countOf()).toEqual(counts);
  const [cast] = casts;
  await clearChecklist(database, cast!);
  const answer = await ask(complete, cast!.offboardingId, { actor: `user:${cast!.ivo.id}` });
  expect(answer).toMatchObject({ outcome: 'completed' });
}, 150_000);
