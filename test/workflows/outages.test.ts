import { WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { sqlOf } from '../../database/core/tables.ts';
import { openForCompletion } from '../../database/offboarding/completion-without-end-date.ts';
import { recordFailedStep } from '../../database/offboarding/failed-steps.ts';
import { cancelOffboarding } from '../../database/offboarding/offboardings.ts';
import { complete, retry, searchAttributes } from '../../engine/contract.ts';
import { type Cast, makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { eventually, ownEngine } from '../../testing/cast/engine.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { asOwner } from '../../testing/servers/owner.ts';

const { database, ownerUrl } = await ownDatabase();
const { relay, startWorker, ask, handleOf } = await ownEngine(database);

/** Runs one worker for all tests of a `describe`. */
const keepWorker = () => beforeAll(async () => (await startWorker()).stop);

const clearCast = async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  return cast;
};

async function offboardingOf({ offboardingId }: Pick<Cast, 'offboardingId'>) {
  const { rows } = await sql<{ state: string; completedBy: string | null; failedStep: string | null }>`
    select state, completed_by as "completedBy", failed_step as "failedStep"
    from offboardings where id = ${offboardingId}`.execute(sqlOf(database.em.fork()));
  return rows[0]!;
}

const needsAttention = async ({ offboardingId }: Cast) =>
  (await handleOf(offboardingId).describe()).typedSearchAttributes.get(searchAttributes.needsAttention);

const asIvo = ({ ivo }: Cast) => ({ actor: `user:${ivo.id}` as const });
const aMinuteAgo = () => Date.now() - 59_000;
const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));

describe('while no worker runs', () => {
  test('a completion does not start more than a minute after its request', async () => {
    const cast = await clearCast();
    const asked = { ...asIvo(cast), requestedAt: aMinuteAgo(), token: 'too-late' };
    const timedOut = ask(complete, cast.offboardingId, { ...asked, timeoutMs: 1_500 });
    await expect(timedOut).rejects.toThrow(WorkflowUpdateRPCTimeoutOrCancelledError);
    const worker = await startWorker();
    await expect(ask(complete, cast.offboardingId, asked)).rejects.toThrow(WorkflowUpdateFailedError);
    expect(await offboardingOf(cast)).toMatchObject({ state: 'open' });
    expect((await ask(complete, cast.offboardingId, asIvo(cast))).outcome).toBe('completed');
    await worker.stop();
  });

  test('a completion waits for a worker that starts in time, and is done once', async () => {
    const cast = await clearCast();
    const asked = { ...asIvo(cast), token: 'in-time' };
    const timedOut = ask(complete, cast.offboardingId, { ...asked, timeoutMs: 500 });
    await expect(timedOut).rejects.toThrow(WorkflowUpdateRPCTimeoutOrCancelledError);
    const worker = await startWorker();
    await eventually(async () => (await offboardingOf(cast)).state === 'completed');
    expect((await ask(complete, cast.offboardingId, asked)).outcome).toBe('completed');
    await worker.stop();
  });
});

describe('while the database fails', () => {
  keepWorker();

  test('a completion waits until the database works again', async () => {
    const cast = await clearCast();
    await asOwner(ownerUrl, 'alter table webhook_events rename to gone');
    const answer = ask(complete, cast.offboardingId, asIvo(cast));
    await seconds(0.7);
    expect(await offboardingOf(cast)).toMatchObject({ state: 'open' });
    await asOwner(ownerUrl, 'alter table gone rename to webhook_events');
    expect((await answer).outcome).toBe('completed');
    expect(await needsAttention(cast)).toBe(false);
  });

  test('a completion that could start only after a minute does not start', async () => {
    const cast = await clearCast();
    await asOwner(ownerUrl, 'alter table offboardings rename to gone');
    const asked = { ...asIvo(cast), requestedAt: aMinuteAgo() };
    const failed = ask(complete, cast.offboardingId, asked).catch((error) => error.cause.type);
    await seconds(1.2);
    await asOwner(ownerUrl, 'alter table gone rename to offboardings');
    expect(await failed).toBe('RequestExpired');
    expect(await offboardingOf(cast)).toEqual({ state: 'open', completedBy: null, failedStep: null });
  });

  test('a completion that came too late cancels the offboarding that was opened for it', async () => {
    const cast = await makeCast(database);
    const by = `user:${cast.ivo.id}` as const;
    const requestedAt = aMinuteAgo();
    const { id } = await openForCompletion(database.em, by, cast.emil.id, new Date(requestedAt));
    await asOwner(ownerUrl, 'alter table offboardings rename to gone');
    const failed = ask(complete, id, { actor: by, requestedAt }).catch((error) => error.cause.type);
    await seconds(1.2);
    await asOwner(ownerUrl, 'alter table gone rename to offboardings');
    expect(await failed).toBe('RequestExpired');
    expect(await offboardingOf({ offboardingId: id })).toMatchObject({ state: 'cancelled' });
    await relay();
    await handleOf(id).result();
  });
});

describe('an activity that fails permanently', () => {
  keepWorker();

  const superAdminsToldOf = async ({ lena }: Cast) => {
    const { rows } = await sql<{ userId: number; details: unknown }>`
      select user_id as "userId", details from notifications
      where kind = 'offboarding_stuck' and about_user_id = ${lena.id}`.execute(sqlOf(database.em.fork()));
    return rows;
  };

  test('waits for an operator, is shown, and continues after a retry', async () => {
    const cast = await makeCast(database, -1);
    await asOwner(
      ownerUrl,
      `alter table notifications add constraint broken check (kind <> 'offboarding_reminder') not valid`,
    );
    await relay();
    await eventually(async () => (await offboardingOf(cast)).failedStep === 'reminders');
    await eventually(() => needsAttention(cast));
    expect(await superAdminsToldOf(cast)).toContainEqual({
      userId: cast.ada.id,
      details: { offboardingId: cast.offboardingId, step: 'reminders' },
    });
    expect((await ask(complete, cast.offboardingId, asIvo(cast))).outcome).toBe('still-open');

    expect(await ask(retry, cast.offboardingId, asIvo(cast))).toEqual({ outcome: 'being-tried' });
    await asOwner(ownerUrl, 'alter table notifications drop constraint broken');
    await eventually(
      async () => (await ask(retry, cast.offboardingId, asIvo(cast))).outcome === 'nothing-failed',
    );
    expect((await offboardingOf(cast)).failedStep).toBeNull();
    await eventually(async () => (await needsAttention(cast)) === false);
  });

  test('can be a completion, which the user who retries then completes', async () => {
    const cast = await clearCast();
    await asOwner(
      ownerUrl,
      `alter table webhook_events add constraint broken check (type <> 'user.offboarded') not valid`,
    );
    const failed = await ask(complete, cast.offboardingId, asIvo(cast)).catch((error) => error.cause);
    expect(failed).toMatchObject({ type: 'Broken', message: expect.not.stringContaining('Lena') });
    expect(await offboardingOf(cast)).toMatchObject({ state: 'open', failedStep: 'completion' });
    await eventually(() => needsAttention(cast));

    const again = await ask(retry, cast.offboardingId, asIvo(cast)).catch((error) => error.cause);
    expect(again).toMatchObject({ type: 'Broken' });
    await asOwner(ownerUrl, 'alter table webhook_events drop constraint broken');
    expect(await ask(retry, cast.offboardingId, { actor: `user:${cast.nora.id}` })).toMatchObject({
      outcome: 'completed',
      by: `user:${cast.nora.id}`,
    });
    expect(await offboardingOf(cast)).toEqual({
      state: 'completed',
      completedBy: `user:${cast.nora.id}`,
      failedStep: null,
    });
  });

  test('ends when the offboarding is cancelled', async () => {
    const cast = await clearCast();
    await asOwner(
      ownerUrl,
      `alter table webhook_events add constraint broken check (type <> 'user.offboarded') not valid`,
    );
    await ask(complete, cast.offboardingId, asIvo(cast)).catch(() => undefined);
    await asOwner(ownerUrl, 'alter table webhook_events drop constraint broken');
    await eventually(() => needsAttention(cast));
    await cancelOffboarding(database.em, `user:${cast.nora.id}`, cast.lena.id);
    expect((await offboardingOf(cast)).failedStep).toBeNull();
    await relay();
    await handleOf(cast.offboardingId).result();
    expect(await needsAttention(cast)).toBe(false);
    // The late error of the activity is not recorded either.
    await recordFailedStep(database.em.fork(), cast.offboardingId, 'completion');
    expect((await offboardingOf(cast)).failedStep).toBeNull();
  });

  test('ends also when the database could not be read before', async () => {
    const cast = await makeCast(database);
    await asOwner(
      ownerUrl,
      'alter table seats enable row level security',
      'create policy broken on seats using (1 / (id - id) > 0)',
    );
    const answer = ask(complete, cast.offboardingId, asIvo(cast)).catch((error) => error);
    await eventually(async () => (await offboardingOf(cast)).failedStep === 'reading');
    await cancelOffboarding(database.em, `user:${cast.nora.id}`, cast.lena.id);
    await asOwner(ownerUrl, 'drop policy broken on seats', 'alter table seats disable row level security');
    await relay();
    expect(await answer).toMatchObject({ outcome: 'cancelled' });
    await handleOf(cast.offboardingId).result();
    expect((await offboardingOf(cast)).failedStep).toBeNull();
  });
});
