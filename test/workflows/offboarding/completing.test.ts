import { describe, expect, it } from 'vitest';
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
  it('is refused while something is open, naming what, and goes on waiting', async () => {
    const cast = await makeCast(database);
    await relay();
    expect(await ask(complete, cast.offboardingId, asIvo(cast))).toEqual({
      outcome: 'still-open',
      counts: { hardware: 1, software: 1, requests: 1 },
    });
    expect(await stateOf(cast.offboardingId)).toMatchObject({ state: 'open', status: 'active' });
    expect(await shownOf(cast.offboardingId)).toMatchObject({ status: 'RUNNING', state: 'waiting' });
  });

  it('marks the leaver offboarded although no signal has said that everything is back', async () => {
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

  it('is shown to operators while it lasts longer than a moment', async () => {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    await relay();
    await untilShown(cast.offboardingId, { state: 'clear' });
    const answer = await database.em.fork().transactional(async (em) => {
      await em.execute('select from users where id = ? for update', [cast.lena.id]);
      const asked = ask(complete, cast.offboardingId, asIvo(cast));
      await untilShown(cast.offboardingId, { status: 'RUNNING', state: 'finalizing' });
      // In an object: the transaction is not to wait for the answer.
      return { asked };
    });
    expect(await answer.asked).toMatchObject({ outcome: 'completed' });
    await untilShown(cast.offboardingId, { status: 'COMPLETED', state: 'completed' });
  });

  it('is refused by the database when the workflow believes that all is clear, and the sets are mended', async () => {
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

  it('begins without a relay that has started the workflow', async () => {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    expect(await ask(complete, cast.offboardingId, asIvo(cast))).toMatchObject({ outcome: 'completed' });
  });

  it('asked by two at once is done by one, and the other is told who did', async () => {
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

  it('tells nobody what the process that asked knows, and starts in one step what is to be sent', async () => {
    const receiver = await startReceiver();
    await subscribe(database, receiver.url);
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    await relay();
    // What comes while a task is under way is in the history only when that has ended.
    await expect.poll(async () => (await askedFor(cast.offboardingId)).signals).toBe(4);
    const told = await askedFor(cast.offboardingId);
    await ask(complete, cast.offboardingId, asIvo(cast));
    await relay();
    await handleOf(cast.offboardingId).result();
    const { signals, activities } = await askedFor(cast.offboardingId);
    expect(signals).toBe(told.signals);
    expect(activities.slice(told.activities.length)).toEqual(['complete', 'startSending']);
    await eventually(async () => receiver.received.length === 1);
    const [mail] = await database.em.fork().find(Mail, { offboardingId: cast.offboardingId });
    expect(await shownMail(mail!.id)).toBe('mail');
  });

  it('asked twice with the same token is done once, with the same answer', async () => {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    const again = { ...asIvo(cast), token: 'pressed-twice' };
    const first = await ask(complete, cast.offboardingId, again);
    await eventually(async () => (await shownOf(cast.offboardingId)).status === 'COMPLETED');
    expect(first.outcome).toBe('completed');
    expect(await ask(complete, cast.offboardingId, again)).toEqual(first);
  });

  it('asked after the workflow has closed says who did it and when', async () => {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    const first = await ask(complete, cast.offboardingId, asIvo(cast));
    await eventually(async () => (await shownOf(cast.offboardingId)).status === 'COMPLETED');
    const second = await ask(complete, cast.offboardingId, { actor: `user:${cast.nora.id}` });
    expect(second).toEqual({ ...first, outcome: 'already-completed' });
    await eventually(async () => (await shownOf(cast.offboardingId)).status === 'COMPLETED');
    expect(await auditCount('user.offboarded', [cast.lena.id])).toBe(1);
  });

  it('that had committed when its worker was killed is told as done, and to others as already done', async () => {
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

  it('says who cancelled it', async () => {
    const cast = await makeCast(database);
    await cancelOffboarding(database.em, `user:${cast.nora.id}`, cast.lena.id);
    const answer = await ask(complete, cast.offboardingId, asIvo(cast));
    expect(answer).toMatchObject({ outcome: 'cancelled', by: `user:${cast.nora.id}` });
  });

  it('tells a rule that stands in the way', async () => {
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

  it('works for a leaver and their manager at the same moment', async () => {
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

  it('early, without an end date, cancels again what it opened when something has come in between', async () => {
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
