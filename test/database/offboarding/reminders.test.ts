import { describe, expect, it } from 'vitest';
import { Notification, User } from '../../../database/entities/index.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { cancelOffboarding, setEndDate } from '../../../database/offboarding/offboardings.ts';
import { fireReminder, nextReminder } from '../../../database/offboarding/reminders.ts';
import { updateUser } from '../../../database/people/users.ts';
import { addDays } from '../../../domain/dates.ts';
import type { NotificationKind } from '../../../domain/wording/notifications.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { momentNamed, momentStates, momentsOf } from '../../../testing/cast/moments.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;
const day = 86_400_000;

/** Fires a moment when it is due, or as much later. */
async function fire({ lena }: Cast, name: string, lateMs = 0): Promise<void> {
  const { id, dueAt } = await momentNamed(database, lena.id, name);
  await fireReminder(em, id, new Date(dueAt.getTime() + lateMs));
}

const statesOf = ({ lena }: Cast) => momentStates(database, lena.id);

const toldAbout = ({ lena }: Cast, kind: NotificationKind = 'offboarding_reminder') =>
  em.fork().find(Notification, { aboutUserId: lena.id, kind }, { orderBy: { id: 'asc' } });

/** Who of a cast was told of Lena's leaving, once for each time; other casts have IT admins too. */
async function peopleTold(cast: Cast, kind?: NotificationKind): Promise<string[]> {
  const people = new Map(
    (['ada', 'nora', 'ivo', 'mira', 'lena', 'rosa', 'timo', 'emil'] as const).map((name) => [
      cast[name].id,
      name,
    ]),
  );
  return (await toldAbout(cast, kind)).flatMap(({ userId }) => people.get(userId) ?? []).sort();
}

describe('a reminder', () => {
  it('follows another, soonest first', async () => {
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

  it('reaches the leaver, their manager and the IT admin, with what is open', async () => {
    const cast = await makeCast(database);
    await fire(cast, '1 before');
    expect(await peopleTold(cast)).toEqual(['ivo', 'lena', 'mira']);
    const [first] = await toldAbout(cast);
    expect(first!.details).toEqual({
      offboardingId: cast.offboardingId,
      reminder: 'before_last_day',
      days: 1,
      endDate: cast.lastDay,
      daysLeft: 1,
      hardware: 1,
      software: 1,
      requests: 1,
    });
  });

  it('fires once, also when three workers fire it at the same moment', async () => {
    const cast = await makeCast(database);
    const { id, dueAt } = await momentNamed(database, cast.lena.id, '1 before');
    await Promise.all([1, 2, 3].map(() => fireReminder(em, id, dueAt)));
    await fireReminder(em, id, dueAt);
    expect(await peopleTold(cast)).toEqual(['ivo', 'lena', 'mira']);
  });

  it('does not fire before it is due', async () => {
    const cast = await makeCast(database);
    await fire(cast, '1 before', -2 * 60_000);
    expect(await statesOf(cast)).toContain('1 before waiting');
  });

  it('goes to a new manager, and no more to the old one', async () => {
    const cast = await makeCast(database);
    await updateUser(em, 'system', cast.lena.id, { managerId: cast.emil.id });
    await fire(cast, '1 before');
    expect(await peopleTold(cast)).toEqual(['emil', 'ivo', 'lena']);
  });

  it('goes to the IT admins alone where there is no manager', async () => {
    const cast = await makeCast(database);
    await updateUser(em, 'system', cast.lena.id, { managerId: null });
    await fire(cast, '1 before');
    expect(await peopleTold(cast)).toEqual(['ivo', 'lena']);
  });

  it('passes over who can no longer sign in, and reaches the admins when there is no other IT admin', async () => {
    const cast = await makeCast(database);
    await em
      .fork()
      .execute(`update users set status = 'suspended' where role = 'it-admin' or id = ${cast.mira.id}`);
    await em.fork().nativeUpdate(User, { id: cast.lena.id }, { role: 'it-admin' });
    await fire(cast, '1 before');
    expect(await peopleTold(cast)).toEqual(['ada', 'lena', 'nora']);
    await em.fork().execute(`update users set status = 'active' where status = 'suspended'`);
  });

  it('does nothing for a date that has moved away, or an offboarding that is closed', async () => {
    const cast = await makeCast(database);
    const old = await momentNamed(database, cast.lena.id, '1 before');
    await setEndDate(em, 'system', cast.lena.id, addDays(cast.lastDay, 10));
    await fireReminder(em, old.id, old.dueAt);
    const moved = await momentNamed(database, cast.lena.id, '1 before');
    await cancelOffboarding(em, 'system', cast.lena.id);
    await fireReminder(em, moved.id, moved.dueAt);
    expect(await toldAbout(cast)).toEqual([]);
    expect(await nextReminder(em.fork(), cast.offboardingId)).toBeNull();
  });
});

describe('after the last day', () => {
  it('people are reminded every third day', async () => {
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
    const [over, , overdue] = await momentsOf(database, cast.lena.id).then((moments) => moments.slice(2));
    expect(overdue!.dueAt.getTime() - over!.dueAt.getTime()).toBe(6 * day);
  });

  it('they go on when the date moves away and back again', async () => {
    const cast = await makeCast(database, -1);
    await fire(cast, 'over');
    await setEndDate(em, 'system', cast.lena.id, addDays(cast.lastDay, 30));
    expect(await statesOf(cast)).not.toContain('3 overdue waiting');
    await setEndDate(em, 'system', cast.lena.id, cast.lastDay);
    const waiting = (await statesOf(cast)).filter((line) => line.endsWith('waiting'));
    expect(waiting).toEqual(['3 overdue waiting']);
  });
});

it('that had nothing to say and made place for the next can be fired again, and does nothing', async () => {
  const cast = await makeCast(database, -1);
  await fire(cast, 'over');
  await clearChecklist(database, cast);
  await fire(cast, '3 overdue');
  const { id, dueAt } = await momentNamed(database, cast.lena.id, '6 overdue');
  await fireReminder(em, id, dueAt);
  const before = await statesOf(cast);
  // Whoever was told of it before it was fired does not know yet that it has gone.
  await fireReminder(em, id, dueAt);
  expect(await statesOf(cast)).toEqual(before);
});

describe('a worker that was away', () => {
  it('for a day and a half still tells of the week before, with the days that are left', async () => {
    const cast = await makeCast(database, 20);
    await fire(cast, '7 before', 1.5 * day);
    expect(await statesOf(cast)).toContain('7 before fired');
    expect((await toldAbout(cast))[0]!.details).toMatchObject({ days: 7, daysLeft: 6 });
  });

  it('until the last day was over does not say that it is tomorrow', async () => {
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

  it('for a week goes on with the next moment, and not with those that passed', async () => {
    const cast = await makeCast(database, -1);
    await fire(cast, 'over', 7 * day);
    expect((await statesOf(cast)).slice(2)).toEqual(['over fired', '9 overdue waiting']);
  });
});

describe('when nothing is open', () => {
  it('nobody is reminded before the last day', async () => {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    await fire(cast, '1 before');
    expect(await statesOf(cast)).toContain('1 before nothing_open');
    expect(await toldAbout(cast)).toEqual([]);
  });

  it('the IT admins hear once, after the last day, that somebody is ready', async () => {
    const cast = await makeCast(database, -1);
    await clearChecklist(database, cast);
    await fire(cast, 'over');
    await fire(cast, '3 overdue');
    await fire(cast, '6 overdue');
    expect(await peopleTold(cast, 'offboarding_ready')).toEqual(['ivo']);
    expect(await toldAbout(cast)).toEqual([]);
    expect((await statesOf(cast)).slice(2)).toEqual(['over fired', '9 overdue waiting']);
  });

  it('they hear at the next moment when it was cleared in between', async () => {
    const cast = await makeCast(database, -1);
    await fire(cast, 'over');
    await clearChecklist(database, cast);
    await fire(cast, '3 overdue');
    await fire(cast, '6 overdue');
    expect(await peopleTold(cast, 'offboarding_ready')).toEqual(['ivo']);
    expect(await peopleTold(cast)).toEqual(['ivo', 'lena', 'mira']);
    expect((await statesOf(cast)).slice(2)).toEqual(['over fired', '3 overdue fired', '9 overdue waiting']);
  });

  it('everybody is reminded again of what turns up later', async () => {
    const cast = await makeCast(database, -1);
    await clearChecklist(database, cast);
    await fire(cast, 'over');
    await assignAsset(em, 'system', cast.spare.id, cast.lena.id);
    await fire(cast, '3 overdue');
    expect(await peopleTold(cast)).toEqual(['ivo', 'lena', 'mira']);
  });
});
