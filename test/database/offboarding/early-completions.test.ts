import { expect, test } from 'vitest';
import { Offboarding, Outbox } from '../../../database/entities/index.ts';
import {
  cancelAbandonedCompletions,
  openForCompletion,
} from '../../../database/offboarding/completion-without-end-date.ts';
import { setEndDate } from '../../../database/offboarding/offboardings.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;
const now = new Date('2026-11-24T12:00:00Z');
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

const offboardingOf = (id: number) => em.fork().findOneOrFail(Offboarding, { id });

test('an offboarding opened for a completion that never started is cancelled after two minutes, with an outbox row', async () => {
  const { emil, ivo } = await makeCast(database);
  const { id } = await openForCompletion(em, `user:${ivo.id}`, emil.id, minutesAgo(3));
  await cancelAbandonedCompletions(em, now);
  expect(await offboardingOf(id)).toMatchObject({ state: 'cancelled', cancelledBy: 'system' });
  expect(await em.fork().count(Outbox, { offboardingId: id })).toBe(2);
  await cancelAbandonedCompletions(em, now);
  expect(await em.fork().count(Outbox, { offboardingId: id })).toBe(2);
});

test('an offboarding whose completion was requested recently is not cancelled', async () => {
  const { emil, ivo, nora, rosa } = await makeCast(database);
  const early = await openForCompletion(em, `user:${ivo.id}`, emil.id, minutesAgo(1));
  const again = await openForCompletion(em, `user:${ivo.id}`, rosa.id, minutesAgo(10));
  expect((await openForCompletion(em, `user:${nora.id}`, rosa.id, now)).id).toBe(again.id);
  await cancelAbandonedCompletions(em, now);
  for (const { id } of [early, again]) expect((await offboardingOf(id)).state).toBe('open');
});

test('an offboarding with another reason or a failed step is not cancelled', async () => {
  const { emil, ivo, rosa, lena, offboardingId, lastDay } = await makeCast(database);
  const dated = await openForCompletion(em, `user:${ivo.id}`, emil.id, minutesAgo(10));
  await setEndDate(em, 'token:hr', emil.id, lastDay);
  const stuck = await openForCompletion(em, `user:${ivo.id}`, rosa.id, minutesAgo(10));
  await em.fork().nativeUpdate(Offboarding, { id: stuck.id }, { failedStep: 'completion' });
  // Lena has an end date, so the request for her completion does not mark the offboarding.
  await openForCompletion(em, `user:${ivo.id}`, lena.id, minutesAgo(10));
  await cancelAbandonedCompletions(em, now);
  for (const id of [dated.id, stuck.id, offboardingId]) expect((await offboardingOf(id)).state).toBe('open');
});
