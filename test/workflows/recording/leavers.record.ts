import type { WorkflowHandle } from '@temporalio/client';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { sqlOf } from '../../../database/core/tables.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { openForCompletion } from '../../../database/offboarding/completion-without-end-date.ts';
import { cancelOffboarding, setEndDate } from '../../../database/offboarding/offboardings.ts';
import { addDays } from '../../../domain/dates.ts';
import {
  complete,
  offboardingStart,
  offboardingWorkflow,
  retry,
  revokeSeat,
} from '../../../engine/contract.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist, recoverLaptop, rejectRequest } from '../../../testing/cast/clearing.ts';
import { eventually, ownEngine } from '../../../testing/cast/engine.ts';
import { reminderNamed } from '../../../testing/cast/reminders.ts';
import { subscribe } from '../../../testing/cast/webhooks.ts';
import { startReceiver } from '../../../testing/outside/receiver.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { asOwner } from '../../../testing/servers/owner.ts';
import { keep } from './keep.ts';

const { database, ownerUrl } = await ownDatabase();
const { relay, startWorker, ask, handleOf, client } = await ownEngine(database);
await startWorker();

const asIvo = ({ ivo }: Cast) => ({ actor: `user:${ivo.id}` as const });
const untilSignalled = (handle: WorkflowHandle, signals: number) =>
  eventually(async () => {
    const { events } = await handle.fetchHistory();
    return events!.filter((event) => event.workflowExecutionSignaledEventAttributes).length >= signals;
  });

/** Creates a leaver with a running workflow. */
async function leaver(daysLeft?: number): Promise<{ cast: Cast; handle: WorkflowHandle }> {
  const cast = await makeCast(database, daysLeft);
  await relay();
  return { cast, handle: handleOf(cast.offboardingId) };
}

async function comesDue({ lena }: Cast, name: string, inMs: number) {
  const { id } = await reminderNamed(database, lena.id, name);
  await sql`
    update reminders set due_at = now() + ${inMs} * interval '1 millisecond', skipped_at = null
    where id = ${id}`.execute(sqlOf(database.em.fork()));
}

test('refused, cleared item by item, completed with deliveries and mails', async () => {
  const receiver = await startReceiver();
  const endpoints = [await subscribe(database, receiver.url), await subscribe(database, receiver.url)];
  const { cast, handle } = await leaver();
  expect(await ask(complete, cast.offboardingId, asIvo(cast))).toMatchObject({ outcome: 'still-open' });
  await ask(revokeSeat, cast.offboardingId, { ...asIvo(cast), seatId: cast.seatId });
  await ask(revokeSeat, cast.offboardingId, { ...asIvo(cast), seatId: cast.seatId });
  await recoverLaptop(database, cast);
  await relay();
  await rejectRequest(database, cast);
  await relay();
  await ask(complete, cast.offboardingId, asIvo(cast));
  await handle.result();
  await keep('completed', handle);
  await sql`update webhook_endpoints set state = 'deleted' where id = any(${endpoints.map(({ id }) => id)}::int[])`.execute(
    sqlOf(database.em.fork()),
  );
});

test('requested by two users at once, and again after the end', async () => {
  const { cast, handle } = await leaver();
  await clearChecklist(database, cast);
  await Promise.all([
    ask(complete, cast.offboardingId, asIvo(cast)),
    ask(complete, cast.offboardingId, { actor: `user:${cast.nora.id}` }),
  ]);
  await handle.result();
  await keep('completed-by-one-of-two', handle);
  await ask(complete, cast.offboardingId, { actor: `user:${cast.nora.id}` });
  await handle.result();
  await keep('asked-after-the-end', handle);
});

test('refused by the database, and corrected', async () => {
  const { cast, handle } = await leaver();
  await clearChecklist(database, cast);
  await relay();
  await assignAsset(database.em, `user:${cast.ivo.id}`, cast.spare.id, cast.lena.id);
  expect(await ask(complete, cast.offboardingId, asIvo(cast))).toMatchObject({ outcome: 'still-open' });
  await keep('refused-by-the-database', handle);
});

test('moved, reminded, and cancelled', async () => {
  const { cast, handle } = await leaver();
  await setEndDate(database.em, `user:${cast.nora.id}`, cast.lena.id, addDays(cast.lastDay, 10));
  await comesDue(cast, '7 before', 1_000);
  await relay();
  await eventually(async () => JSON.stringify(await handle.fetchHistory()).includes('fireReminder'));
  await setEndDate(database.em, `user:${cast.nora.id}`, cast.lena.id, addDays(cast.lastDay, 20));
  await relay();
  await untilSignalled(handle, 3);
  await cancelOffboarding(database.em, `user:${cast.nora.id}`, cast.lena.id);
  await relay();
  await handle.result();
  await keep('moved-reminded-cancelled', handle);
});

test('overdue', async () => {
  const { handle } = await leaver(-1);
  await eventually(async () => JSON.stringify(await handle.fetchHistory()).includes('fireReminder'));
  await keep('overdue', handle);
});

test('completed without an end date, and withdrawn without one', async () => {
  const { emil, rosa, ivo, spare } = await makeCast(database);
  const [completed, refused] = [
    await openForCompletion(database.em, `user:${ivo.id}`, emil.id),
    await openForCompletion(database.em, `user:${ivo.id}`, rosa.id),
  ];
  expect(await ask(complete, completed.id, { actor: `user:${ivo.id}` })).toMatchObject({
    outcome: 'completed',
  });
  await handleOf(completed.id).result();
  await keep('early-completed', handleOf(completed.id));
  await assignAsset(database.em, `user:${ivo.id}`, spare.id, rosa.id);
  expect(await ask(complete, refused.id, { actor: `user:${ivo.id}` })).toMatchObject({
    outcome: 'still-open',
  });
  await relay();
  await handleOf(refused.id).result();
  await keep('early-withdrawn', handleOf(refused.id));
});

test('a reminder that fails permanently, and is retried', async () => {
  await asOwner(
    ownerUrl,
    `alter table notifications add constraint broken check (kind <> 'offboarding_reminder') not valid`,
  );
  const { cast, handle } = await leaver(-1);
  const failedStep = async () => {
    const { rows } = await sql<{ step: string | null }>`
      select failed_step as step from offboardings where id = ${cast.offboardingId}`.execute(
      sqlOf(database.em.fork()),
    );
    return rows[0]!.step;
  };
  await eventually(failedStep, 30_000);
  await asOwner(ownerUrl, 'alter table notifications drop constraint broken');
  await ask(retry, cast.offboardingId, asIvo(cast));
  await eventually(async () => (await failedStep()) === null);
  await keep('reminder-failed-and-retried', handle);
});

test('a completion that fails permanently, and is retried', async () => {
  await asOwner(
    ownerUrl,
    `alter table webhook_events add constraint broken check (type <> 'user.offboarded') not valid`,
  );
  const { cast, handle } = await leaver();
  await clearChecklist(database, cast);
  await expect(ask(complete, cast.offboardingId, asIvo(cast))).rejects.toThrow();
  await asOwner(ownerUrl, 'alter table webhook_events drop constraint broken');
  await ask(retry, cast.offboardingId, asIvo(cast));
  await handle.result();
  await keep('completion-failed-and-retried', handle);
});

test('continued as new', async () => {
  const cast = await makeCast(database);
  const start = offboardingStart({ offboardingId: cast.offboardingId });
  const first = await client.workflow.start(offboardingWorkflow, {
    ...start,
    args: [{ offboardingId: cast.offboardingId, continueAfter: 25 }],
  });
  const firstRun = client.workflow.getHandle(first.workflowId, first.firstExecutionRunId);
  const isContinued = async () => (await firstRun.describe()).status.name === 'CONTINUED_AS_NEW';
  for (let number = 1; !(await isContinued()); number++) {
    await ask(revokeSeat, cast.offboardingId, {
      ...asIvo(cast),
      seatId: cast.seatId,
      token: `token-${number}`,
    });
  }
  await keep('continued-first-run', firstRun);
  await clearChecklist(database, cast);
  await ask(revokeSeat, cast.offboardingId, { ...asIvo(cast), seatId: cast.seatId, token: 'token-1' });
  await ask(complete, cast.offboardingId, asIvo(cast));
  await handleOf(cast.offboardingId).result();
  await keep('continued-next-run', handleOf(cast.offboardingId));
});

test('an unknown offboarding', async () => {
  const handle = await client.workflow.start(
    offboardingWorkflow,
    offboardingStart({ offboardingId: 999_999 }),
  );
  await handle.result();
  await keep('of-nobody', handle);
});
