import { describe, expect, test } from 'vitest';
import { Notification, User } from '../../../database/entities/index.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { cancelOffboarding, setEndDate } from '../../../database/offboarding/offboardings.ts';
import { fireReminder, nextReminder } from '../../../database/offboarding/reminders.ts';
import { updateUser } from '../../../database/people/users.ts';
import { addDays } from '../../../domain/dates.ts';
import type { NotificationKind } from '../../../domain/wording/notifications.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { reminderNamed, reminderStates, remindersOf } from '../../../testing/cast/reminders.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;
const day = 86_400_000;

/** Fires a reminder at its due time, or `lateMs` later. */
async function fire({ lena }: Cast, name: string, lateMs = 0): Promise<void> {
  const { id, dueAt } = await reminderNamed(database, lena.id, name);
  await fireReminder(em, id, new Date(dueAt.getTime() + lateMs));
}

const statesOf = ({ lena }: Cast) => reminderStates(database, lena.id);

const notificationsAbout = ({ lena }: Cast, kind: NotificationKind = 'offboarding_reminder') =>
  em.fork().find(Notification, { aboutUserId: lena.id, kind }, { orderBy: { id: 'asc' } });

/** The names of the cast's users who were notified about Lena. Omits the IT admins of other casts. */
async function notifiedPeople(cast: Cast, kind?: NotificationKind): Promise<string[]> {
  const people = new Map(
    (['ada', 'nora', 'ivo', 'mira', 'lena', 'rosa', 'timo', 'emil'] as const).map((name) => [
      cast[name].id,
      name,
    ]),
  );
  return (await notificationsAbout(cast, kind)).flatMap(({ userId }) => people.get(userId) ?? []).sort();
}

describe('a reminder', () => {
  test('comes in the order of due times', async () => {
    const cast = await makeCast(database, 10);
    const kinds: string[] = [];
    for (;;) {
      const next = await nextReminder(em.fork(), cast.offboardingId);
      if (next === null || next.kind === 'overdue') break;
      kinds.push(next.kind);
      await fireReminder(em, next.id, new Date(next.dueAt));
    }
    expect(kinds).toEqual(['before_last_day', 'before_last_day', 'last_day_over']);
  });

  test('notifies the leaver, their manager and the IT admin, with the open items', async () => {
    const cast = await makeCast(database);
    await fire(cast, '1 before');
    expect(await notifiedPeople(cast)).toEqual(['ivo', 'lena', 'mira']);
    const [first] = await notificationsAbout(cast);
    expect(first!.details).toEqual({
      offboardingId: cast.offboardingId,
      reminder: 'before_last_day',
      days: 1,
      endDate: cast.lastDay,
      hardware: 1,
      software: 1,
      requests: 1,
    });
  });

  test('fires once when three workers fire it concurrently', async () => {
    const cast = await makeCast(database);
    const { id, dueAt } = await reminderNamed(database, cast.lena.id, '1 before');
    await Promise.all([1, 2, 3].map(() => fireReminder(em, id, dueAt)));
    await fireReminder(em, id, dueAt);
    expect(await notifiedPeople(cast)).toEqual(['ivo', 'lena', 'mira']);
  });

  test('does not fire before it is due', async () => {
    const cast = await makeCast(database);
    await fire(cast, '1 before', -2 * 60_000);
    expect(await statesOf(cast)).toContain('1 before waiting');
  });

  test('goes to a new manager instead of the old one', async () => {
    const cast = await makeCast(database);
    await updateUser(em, 'system', cast.lena.id, { managerId: cast.emil.id });
    await fire(cast, '1 before');
    expect(await notifiedPeople(cast)).toEqual(['emil', 'ivo', 'lena']);
  });

  test('goes to the leaver and the IT admins if there is no manager', async () => {
    const cast = await makeCast(database);
    await updateUser(em, 'system', cast.lena.id, { managerId: null });
    await fire(cast, '1 before');
    expect(await notifiedPeople(cast)).toEqual(['ivo', 'lena']);
  });

  test('skips users who cannot sign in, and goes to the admins if there is no other IT admin', async () => {
    const cast = await makeCast(database);
    await em
      .fork()
      .execute(`update users set status = 'suspended' where role = 'it-admin' or id = ${cast.mira.id}`);
    await em.fork().nativeUpdate(User, { id: cast.lena.id }, { role: 'it-admin' });
    await fire(cast, '1 before');
    expect(await notifiedPeople(cast)).toEqual(['ada', 'lena', 'nora']);
    await em.fork().execute(`update users set status = 'active' where status = 'suspended'`);
  });

  test('does nothing after the date moved, or after the offboarding closed', async () => {
    const cast = await makeCast(database);
    const old = await reminderNamed(database, cast.lena.id, '1 before');
    await setEndDate(em, 'system', cast.lena.id, addDays(cast.lastDay, 10));
    await fireReminder(em, old.id, old.dueAt);
    const moved = await reminderNamed(database, cast.lena.id, '1 before');
    await cancelOffboarding(em, 'system', cast.lena.id);
    await fireReminder(em, moved.id, moved.dueAt);
    expect(await notificationsAbout(cast)).toEqual([]);
    expect(await nextReminder(em.fork(), cast.offboardingId)).toBeNull();
  });
});

describe('after the last day', () => {
  test('reminders fire every third day', async () => {
    const cast = await makeCast(database, -1);
    await fire(cast, 'over');
    await fire(cast, '3 overdue');
    await fire(cast, '6 overdue');
    expect(await statesOf(cast)).toEqual([
      '7 before too_late',
      '1 before too_late',
      'over fired',
      '3 overdue fired',
      '6 overdue fired',
      '9 overdue waiting',
    ]);
    const [over, , overdue] = await remindersOf(database, cast.lena.id).then((reminders) =>
      reminders.slice(2),
    );
    expect(overdue!.dueAt.getTime() - over!.dueAt.getTime()).toBe(6 * day);
  });

  test('reminders continue when the date moves away and back', async () => {
    const cast = await makeCast(database, -1);
    await fire(cast, 'over');
    await setEndDate(em, 'system', cast.lena.id, addDays(cast.lastDay, 30));
    expect(await statesOf(cast)).not.toContain('3 overdue waiting');
    await setEndDate(em, 'system', cast.lena.id, cast.lastDay);
    const waiting = (await statesOf(cast)).filter((line) => line.endsWith('waiting'));
    expect(waiting).toEqual(['3 overdue waiting']);
  });
});

test('firing a deleted reminder again does nothing', async () => {
  const cast = await makeCast(database, -1);
  await fire(cast, 'over');
  await clearChecklist(database, cast);
  await fire(cast, '3 overdue');
  const { id, dueAt } = await reminderNamed(database, cast.lena.id, '6 overdue');
  await fireReminder(em, id, dueAt);
  const before = await statesOf(cast);
  // A workflow may still know the reminder, because its snapshot is older.
  await fireReminder(em, id, dueAt);
  expect(await statesOf(cast)).toEqual(before);
});

describe('a worker that was down', () => {
  test('for 36 hours still sends the reminder a week before, with the days left', async () => {
    const cast = await makeCast(database, 20);
    await fire(cast, '7 before', 1.5 * day);
    expect(await statesOf(cast)).toContain('7 before fired');
    expect((await notificationsAbout(cast))[0]!.details).toMatchObject({ days: 7 });
  });

  test('until the last day was over skips the reminder of the day before', async () => {
    const cast = await makeCast(database, 20);
    await fire(cast, '1 before', 2.5 * day);
    await fire(cast, 'over', day / 2);
    expect(await statesOf(cast)).toEqual([
      '7 before waiting',
      '1 before too_late',
      'over fired',
      '3 overdue waiting',
    ]);
  });

  test('for a week continues with the next reminder and omits the past ones', async () => {
    const cast = await makeCast(database, -1);
    await fire(cast, 'over', 7 * day);
    expect((await statesOf(cast)).slice(2)).toEqual(['over fired', '9 overdue waiting']);
  });
});

describe('when nothing is open', () => {
  test('no reminder is sent before the last day', async () => {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    await fire(cast, '1 before');
    expect(await statesOf(cast)).toContain('1 before nothing_open');
    expect(await notificationsAbout(cast)).toEqual([]);
  });

  test('the IT admins are notified once, after the last day, that the leaver is ready', async () => {
    const cast = await makeCast(database, -1);
    await clearChecklist(database, cast);
    await fire(cast, 'over');
    await fire(cast, '3 overdue');
    await fire(cast, '6 overdue');
    expect(await notifiedPeople(cast, 'offboarding_ready')).toEqual(['ivo']);
    expect(await notificationsAbout(cast)).toEqual([]);
    expect((await statesOf(cast)).slice(2)).toEqual(['over fired', '9 overdue waiting']);
  });

  test('the next reminder notifies the IT admins that the leaver is ready', async () => {
    const cast = await makeCast(database, -1);
    await fire(cast, 'over');
    await clearChecklist(database, cast);
    await fire(cast, '3 overdue');
    await fire(cast, '6 overdue');
    expect(await notifiedPeople(cast, 'offboarding_ready')).toEqual(['ivo']);
    expect(await notifiedPeople(cast)).toEqual(['ivo', 'lena', 'mira']);
    expect((await statesOf(cast)).slice(2)).toEqual(['over fired', '3 overdue fired', '9 overdue waiting']);
  });

  test('an item added later is reminded of again', async () => {
    const cast = await makeCast(database, -1);
    await clearChecklist(database, cast);
    await fire(cast, 'over');
    await assignAsset(em, 'system', cast.spare.id, cast.lena.id);
    await fire(cast, '3 overdue');
    expect(await notifiedPeople(cast)).toEqual(['ivo', 'lena', 'mira']);
  });
});
