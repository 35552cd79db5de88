import { describe, expect, test } from 'vitest';
import { Mail } from '../../../database/entities/index.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { openForCompletion } from '../../../database/offboarding/completion-without-end-date.ts';
import { cancelOffboarding, setEndDate } from '../../../database/offboarding/offboardings.ts';
import { complete, mailWorkflowId } from '../../../engine/contract.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { eventually } from '../../../testing/cast/engine.ts';
import { subscribe } from '../../../testing/cast/webhooks.ts';
import { startReceiver } from '../../../testing/outside/receiver.ts';
import { asIvo, ownLeavers } from './setting.ts';

const { relay, ask, askedFor, database, handleOf, client, shownOf, untilShown, stateOf, auditCount } =
  await ownLeavers();

const shownMail = async (mailId: number) =>
  (await client.workflow.getHandle(mailWorkflowId(mailId)).describe()).type;

describe('completing', () => {
  test('is refused while items are open, with their counts, and the workflow keeps waiting', async () => {
    const cast = await makeCast(database);
    await relay();
    expect(await ask(complete, cast.offboardingId, asIvo(cast))).toEqual({
      outcome: 'still-open',
      counts: { hardware: 1, software: 1, requests: 1 },
    });
    expect(await stateOf(cast.offboardingId)).toMatchObject({ state: 'open', status: 'active' });
    expect(await shownOf(cast.offboardingId)).toMatchObject({ status: 'RUNNING', state: 'waiting' });
  });

  test('marks the leaver offboarded before the signals about the last items arrive', async () => {
    const cast = await makeCast(database);
    await relay();
    await untilShown(cast.offboardingId, { hardware: 1 });
    await clearChecklist(database, cast);
    const answer = await ask(complete, cast.offboardingId, asIvo(cast));
    expect(answer).toEqual({ outcome: 'completed', by: `user:${cast.ivo.id}`, at: expect.any(Number) });
    expect(await stateOf(cast.offboardingId)).toEqual({
      state: 'completed',
      completedBy: `user:${cast.ivo.id}`,
      status: 'offboarded',
    });
    expect(await auditCount('user.manager_cleared', [cast.rosa.id, cast.timo.id])).toBe(2);
    await relay();
    await untilShown(cast.offboardingId, { status: 'COMPLETED', state: 'completed' });
  });

  test('is shown in the Temporal UI while it takes long', async () => {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    await relay();
    await untilShown(cast.offboardingId, { state: 'clear' });
    const answer = await database.em.fork().transactional(async (em) => {
      await em.execute('select from users where id = ? for update', [cast.lena.id]);
      const asked = ask(complete, cast.offboardingId, asIvo(cast));
      await untilShown(cast.offboardingId, { status: 'RUNNING', state: 'finalizing' });
      // Wrapped in an object, so that the transaction does not await the answer.
      return { asked };
    });
    expect(await answer.asked).toMatchObject({ outcome: 'completed' });
    await untilShown(cast.offboardingId, { status: 'COMPLETED', state: 'completed' });
  });

  test('is refused by the database when the workflow wrongly sees no open items, and its sets are corrected', async () => {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    await relay();
    await untilShown(cast.offboardingId, { state: 'clear' });
    await assignAsset(database.em, `user:${cast.ivo.id}`, cast.spare.id, cast.lena.id);
    expect(await ask(complete, cast.offboardingId, asIvo(cast))).toEqual({
      outcome: 'still-open',
      counts: { hardware: 1, software: 0, requests: 0 },
    });
    await untilShown(cast.offboardingId, { status: 'RUNNING', state: 'waiting', hardware: 1 });
  });

  test('starts the workflow when the relay has not', async () => {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    expect(await ask(complete, cast.offboardingId, asIvo(cast))).toMatchObject({ outcome: 'completed' });
  });

  test('by two users at once is done once, and the other user learns who did it', async () => {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    await relay();
    const answers = await Promise.all([
      ask(complete, cast.offboardingId, { actor: `user:${cast.ivo.id}` }),
      ask(complete, cast.offboardingId, { actor: `user:${cast.nora.id}` }),
    ]);
    const done = answers.find(({ outcome }) => outcome === 'completed');
    expect(answers).toContainEqual({ ...done, outcome: 'already-completed' });
    expect(await auditCount('user.offboarded', [cast.lena.id])).toBe(1);
  });

  test('sends no signal back to its own workflow, and starts webhooks and mails in one activity', async () => {
    const receiver = await startReceiver();
    await subscribe(database, receiver.url);
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    await relay();
    // Signals that arrive during a workflow task are in the history only after it.
    await expect.poll(async () => (await askedFor(cast.offboardingId)).signals).toBe(4);
    const before = await askedFor(cast.offboardingId);
    await ask(complete, cast.offboardingId, asIvo(cast));
    await relay();
    await handleOf(cast.offboardingId).result();
    const { signals, activities } = await askedFor(cast.offboardingId);
    expect(signals).toBe(before.signals);
    expect(activities.slice(before.activities.length)).toEqual(['complete', 'startSending']);
    await eventually(async () => receiver.received.length === 1);
    const [mail] = await database.em.fork().find(Mail, { offboardingId: cast.offboardingId });
    expect(await shownMail(mail!.id)).toBe('mail');
  });

  test('requested twice with the same token is done once, with the same answer', async () => {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    const again = { ...asIvo(cast), token: 'pressed-twice' };
    const first = await ask(complete, cast.offboardingId, again);
    await eventually(async () => (await shownOf(cast.offboardingId)).status === 'COMPLETED');
    expect(first.outcome).toBe('completed');
    expect(await ask(complete, cast.offboardingId, again)).toEqual(first);
  });

  test('requested after the workflow has closed returns who did it and when', async () => {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    const first = await ask(complete, cast.offboardingId, asIvo(cast));
    await eventually(async () => (await shownOf(cast.offboardingId)).status === 'COMPLETED');
    const second = await ask(complete, cast.offboardingId, { actor: `user:${cast.nora.id}` });
    expect(second).toEqual({ ...first, outcome: 'already-completed' });
    await eventually(async () => (await shownOf(cast.offboardingId)).status === 'COMPLETED');
    expect(await auditCount('user.offboarded', [cast.lena.id])).toBe(1);
  });

  test('that had committed when its worker was killed is done for its actor, and already done for others', async () => {
    for (const asker of ['ivo', 'nora'] as const) {
      const cast = await makeCast(database);
      await clearChecklist(database, cast);
      await relay();
      await untilShown(cast.offboardingId, { state: 'clear' });
      await completeOffboarding(database.em, cast.offboardingId, `user:${cast.ivo.id}`);
      expect(await ask(complete, cast.offboardingId, { actor: `user:${cast[asker].id}` })).toMatchObject({
        outcome: asker === 'ivo' ? 'completed' : 'already-completed',
        by: `user:${cast.ivo.id}`,
      });
    }
  });

  test('of a cancelled offboarding returns who cancelled it', async () => {
    const cast = await makeCast(database);
    await cancelOffboarding(database.em, `user:${cast.nora.id}`, cast.lena.id);
    const answer = await ask(complete, cast.offboardingId, asIvo(cast));
    expect(answer).toMatchObject({ outcome: 'cancelled', by: `user:${cast.nora.id}` });
  });

  test('returns the rule that forbids it', async () => {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    expect(await ask(complete, cast.offboardingId, { actor: `user:${cast.lena.id}` })).toEqual({
      outcome: 'refused',
      reason: 'own-completion',
    });
    expect(await ask(complete, cast.offboardingId, { actor: `user:${cast.emil.id}` })).toEqual({
      outcome: 'refused',
      reason: 'not-allowed',
    });
  });

  test('works for a leaver and their manager at the same time', async () => {
    const lena = await makeCast(database);
    await clearChecklist(database, lena);
    await setEndDate(database.em, `user:${lena.nora.id}`, lena.mira.id, lena.lastDay);
    const miras = await openForCompletion(database.em, `user:${lena.nora.id}`, lena.mira.id);
    await relay();
    const answers = await Promise.all([
      ask(complete, lena.offboardingId, asIvo(lena)),
      ask(complete, miras.id, asIvo(lena)),
    ]);
    expect(answers.map(({ outcome }) => outcome)).toEqual(['completed', 'completed']);
    expect(await auditCount('user.offboarded', [lena.lena.id, lena.mira.id])).toBe(2);
    expect(await auditCount('user.manager_cleared', [lena.rosa.id, lena.timo.id, lena.emil.id])).toBe(3);
  });

  test('without an end date cancels the offboarding that it opened when an item was added meanwhile', async () => {
    const cast = await makeCast(database);
    const { emil, ivo, spare } = cast;
    const { id } = await openForCompletion(database.em, `user:${ivo.id}`, emil.id);
    await assignAsset(database.em, `user:${ivo.id}`, spare.id, emil.id);
    await relay();
    expect(await ask(complete, id, asIvo(cast))).toMatchObject({
      outcome: 'still-open',
      counts: { hardware: 1 },
    });
    expect(await stateOf(id)).toMatchObject({ state: 'cancelled' });
    await untilShown(id, { status: 'COMPLETED', state: 'cancelled' });
  });
});
