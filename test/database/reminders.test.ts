import { expect, it } from 'vitest';
import { Notification, Reminder } from '../../database/entities/index.ts';
import { cancelOffboarding, setEndDate } from '../../database/offboardings.ts';
import { fireReminder, nextReminder } from '../../database/reminders.ts';
import { addDays } from '../../domain/dates.ts';
import type { ReminderKind } from '../../domain/reminders.ts';
import { type Cast, makeCast } from '../support/cast.ts';
import { ownDatabase } from '../support/database.ts';

const { database } = await ownDatabase();
const { em } = database;

const reminderOf = async ({ offboardingId }: Cast, kind: ReminderKind) =>
  (await em.fork().find(Reminder, { offboardingId, kind }, { orderBy: { id: 'desc' } }))[0]!;
const remindersOf = async ({ offboardingId }: Cast) => {
  const reminders = await em
    .fork()
    .find(Reminder, { offboardingId }, { orderBy: { dueAt: 'asc', id: 'asc' } });
  return reminders.map(
    ({ kind, firedAt, skippedAt }) => `${kind} ${firedAt ? 'fired' : skippedAt ? 'skipped' : 'waiting'}`,
  );
};
const notificationsAbout = ({ lena }: Cast) =>
  em.fork().find(Notification, { aboutUserId: lena.id, kind: 'offboarding_reminder' });

it('come one after another, soonest first', async () => {
  const cast = await makeCast(database, 10);
  const kinds: string[] = [];
  for (;;) {
    const next = await nextReminder(em.fork(), cast.offboardingId);
    if (next === null || next.kind === 'overdue') break;
    kinds.push(next.kind);
    await fireReminder(em, next.id);
  }
  expect(kinds).toEqual(['week_before', 'day_before', 'last_day_over']);
});

it('fire once, also when two workers fire at the same moment', async () => {
  const cast = await makeCast(database);
  const { id } = await reminderOf(cast, 'day_before');
  await Promise.all([fireReminder(em, id), fireReminder(em, id), fireReminder(em, id)]);
  await fireReminder(em, id);
  const told = (await notificationsAbout(cast)).map(({ userId }) => userId);
  expect(told.filter((userId) => userId === cast.lena.id)).toHaveLength(1);
  expect(told.filter((userId) => userId === cast.mira.id)).toHaveLength(1);
});

it('go on every third day while it is overdue', async () => {
  const cast = await makeCast(database, -1);
  await fireReminder(em, (await reminderOf(cast, 'last_day_over')).id);
  const first = await reminderOf(cast, 'overdue');
  await fireReminder(em, first.id, first.dueAt);
  const second = await reminderOf(cast, 'overdue');
  expect(second.dueAt.getTime() - first.dueAt.getTime()).toBe(3 * 86_400_000);
  expect(second.firedAt).toBeNull();
});

it('do nothing for a date that has moved away, or an offboarding that is closed', async () => {
  const cast = await makeCast(database);
  const { id } = await reminderOf(cast, 'day_before');
  await setEndDate(em, 'system', cast.lena.id, addDays(cast.lastDay, 10));
  await fireReminder(em, id);
  const moved = await reminderOf(cast, 'day_before');
  await cancelOffboarding(em, 'system', cast.lena.id);
  await fireReminder(em, moved.id);
  expect(await notificationsAbout(cast)).toEqual([]);
  expect(await nextReminder(em.fork(), cast.offboardingId)).toBeNull();
});

it('go on being overdue when the date moves away and back again', async () => {
  const cast = await makeCast(database, -1);
  await fireReminder(em, (await reminderOf(cast, 'last_day_over')).id);
  await setEndDate(em, 'system', cast.lena.id, addDays(cast.lastDay, 30));
  expect(await remindersOf(cast)).not.toContain('overdue waiting');
  await setEndDate(em, 'system', cast.lena.id, cast.lastDay);
  const waiting = (await remindersOf(cast)).filter((reminder) => reminder.endsWith('waiting'));
  expect(waiting).toEqual(['overdue waiting']);
});

it('pass over who can no longer sign in, and reach the admins when there is no IT admin', async () => {
  const cast = await makeCast(database);
  await em
    .fork()
    .execute(`update users set status = 'suspended' where role = 'it-admin' or id = ${cast.mira.id}`);
  await fireReminder(em, (await reminderOf(cast, 'day_before')).id);
  const told = (await notificationsAbout(cast)).map(({ userId }) => userId);
  expect(told).toEqual(expect.arrayContaining([cast.lena.id, cast.nora.id, cast.ada.id]));
  expect(told).not.toContain(cast.mira.id);
  expect(told).not.toContain(cast.ivo.id);
});
