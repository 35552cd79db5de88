import { describe, expect, test } from 'vitest';
import { Notification, Offboarding } from '../../../database/entities/index.ts';
import { cancelOffboarding, setEndDate } from '../../../database/offboarding/offboardings.ts';
import { nextReminder } from '../../../database/offboarding/reminders.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { reminderNamed } from '../../../testing/cast/reminders.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { emilIn, hr, now } from './leaving.ts';

const { database } = await ownDatabase();
const { em } = database;
const { leaving, update, give, passTime, states, lines } = emilIn(database);
const move = ({ emil }: Cast, date: string | null, at = now) => setEndDate(em, hr, emil.id, date, at);
const openOf = async ({ emil }: Cast) =>
  (await em.fork().find(Offboarding, { userId: emil.id }, { orderBy: { id: 'asc' } })).map(
    ({ state }) => state,
  );

describe('a last day that moves', () => {
  test('later skips the old reminders and schedules new ones', async () => {
    const cast = await leaving();
    await give(cast);
    await passTime(cast, '2026-12-17T00:00:00Z');
    await move(cast, '2027-01-10', new Date('2026-12-18T12:00:00Z'));
    expect(await states(cast)).toEqual([
      '7 before fired',
      '1 before date_moved',
      'over date_moved',
      '7 before waiting',
      '1 before waiting',
      'over waiting',
    ]);
  });

  test('earlier schedules today’s reminder and skips the past ones', async () => {
    const cast = await leaving();
    await move(cast, '2026-11-25');
    expect((await lines(cast)).filter((line) => !line.endsWith('date_moved'))).toEqual([
      '7 before 2026-11-18T00:00 too_late',
      '1 before 2026-11-24T00:00 waiting',
      'over 2026-11-26T00:00 waiting',
    ]);
  });

  test('into the past makes the end of the last day due at once, then every third day', async () => {
    const cast = await leaving();
    await give(cast);
    await move(cast, '2026-11-20');
    await passTime(cast, '2026-11-24T12:00:00Z');
    const next = await nextReminder(
      em.fork(),
      (await em.fork().findOneOrFail(Offboarding, { userId: cast.emil.id })).id,
    );
    expect(next).toMatchObject({ kind: 'overdue' });
    expect((await lines(cast)).filter((line) => !line.endsWith('date_moved')).slice(2)).toEqual([
      'over 2026-11-21T00:00 fired',
      // This test fires each reminder at its due time.
      '3 overdue 2026-11-24T00:00 fired',
      '6 overdue 2026-11-27T00:00 waiting',
    ]);
  });

  test('to today schedules the reminder for the end of today', async () => {
    const cast = await leaving();
    await move(cast, '2026-11-24');
    expect((await lines(cast)).filter((line) => line.endsWith('waiting'))).toEqual([
      'over 2026-11-25T00:00 waiting',
    ]);
  });

  test('away and back on the same day sends no reminder twice', async () => {
    const cast = await leaving('2026-12-01');
    await give(cast);
    await passTime(cast, now.toISOString());
    for (let i = 0; i < 5; i++) {
      await move(cast, '2026-12-24');
      await move(cast, '2026-12-01');
      await passTime(cast, now.toISOString());
    }
    expect((await states(cast)).filter((line) => line === '7 before fired')).toHaveLength(1);
    const notified = await em.fork().count(Notification, { aboutUserId: cast.emil.id, userId: cast.mira.id });
    expect(notified).toBe(1);
  });

  test('cleared and set again on the same day sends no reminder twice', async () => {
    const cast = await leaving('2026-12-01');
    await give(cast);
    await passTime(cast, now.toISOString());
    await move(cast, null);
    expect(await openOf(cast)).toEqual(['cancelled']);
    expect(await states(cast)).toEqual(['7 before fired', '1 before cancelled', 'over cancelled']);
    await move(cast, '2026-12-01');
    expect(await openOf(cast)).toEqual(['cancelled', 'open']);
    expect(await states(cast)).toEqual(['7 before already_sent', '1 before waiting', 'over waiting']);
  });

  test('after it was cleared opens a new offboarding with its own reminders', async () => {
    const cast = await leaving();
    await move(cast, null);
    await move(cast, '2027-03-01');
    expect(await states(cast)).toEqual(['7 before waiting', '1 before waiting', 'over waiting']);
  });
});

describe('a changed time zone', () => {
  test('reschedules waiting reminders and fires none again', async () => {
    const cast = await leaving();
    await give(cast);
    await passTime(cast, '2026-12-17T00:00:00Z');
    await update(cast, { timeZone: 'Pacific/Pago_Pago' }, new Date('2026-12-17T05:00:00Z'));
    expect(await lines(cast)).toEqual([
      '7 before 2026-12-17T00:00 fired',
      '1 before 2026-12-23T11:00 waiting',
      'over 2026-12-25T11:00 waiting',
    ]);
  });

  test('makes a reminder whose time has passed due at once', async () => {
    const cast = await leaving();
    const beforeMidnight = new Date('2026-12-24T20:00:00Z');
    await update(cast, { timeZone: 'Pacific/Tongatapu' }, beforeMidnight);
    const over = await reminderNamed(database, cast.emil.id, 'over');
    expect(over).toMatchObject({ state: 'waiting', dueAt: new Date('2026-12-24T11:00:00Z') });
  });

  test('with a new date in the same call schedules the reminders once', async () => {
    const cast = await leaving();
    await update(cast, { timeZone: 'Pacific/Tongatapu', endDate: '2027-01-10' });
    expect((await lines(cast)).filter((line) => line.endsWith('waiting'))).toEqual([
      '7 before 2027-01-02T11:00 waiting',
      '1 before 2027-01-08T11:00 waiting',
      'over 2027-01-10T11:00 waiting',
    ]);
  });
});

describe('a person whom HR marks offboarded', () => {
  test('keeps the end date, and reminders for open items still fire', async () => {
    const cast = await leaving();
    await give(cast);
    await update(cast, { status: 'offboarded' });
    expect(await states(cast)).toEqual(['7 before waiting', '1 before waiting', 'over waiting']);
    await passTime(cast, '2026-12-25T00:00:00Z');
    const notified = await em
      .fork()
      .find(Notification, { aboutUserId: cast.emil.id, kind: 'offboarding_reminder' });
    expect(notified.map(({ userId }) => userId)).not.toContain(cast.emil.id);
    expect(notified.filter(({ userId }) => userId === cast.mira.id)).toHaveLength(3);
  });

  test('without an end date has that day, in their time zone, as the last day', async () => {
    const cast = await makeCast(database);
    await update(cast, { timeZone: 'Pacific/Tongatapu' });
    await update(cast, { status: 'offboarded' });
    // It is the 25th in Tonga.
    expect((await lines(cast)).at(-1)).toBe('over 2026-11-25T11:00 waiting');
    await update(cast, { status: 'offboarded', name: 'Emil N.' }, new Date('2026-12-09T12:00:00Z'));
    expect((await lines(cast)).at(-1)).toBe('over 2026-11-25T11:00 waiting');
  });

  test('and who then gets an end date has it as the last day', async () => {
    const cast = await makeCast(database);
    await update(cast, { status: 'offboarded' });
    await update(cast, { endDate: '2026-12-31' });
    expect((await lines(cast)).filter((line) => line.endsWith('waiting')).at(-1)).toBe(
      'over 2027-01-01T00:00 waiting',
    );
  });

  test('and who becomes active again without an end date is not leaving', async () => {
    const cast = await makeCast(database);
    await update(cast, { status: 'offboarded' });
    await update(cast, { status: 'active' });
    expect(await openOf(cast)).toEqual(['cancelled']);
    expect((await states(cast)).filter((line) => line.endsWith('waiting'))).toEqual([]);
  });
});

test('cancelling skips all waiting reminders', async () => {
  const cast = await leaving();
  await cancelOffboarding(em, 'user:1', cast.emil.id, now);
  expect(await states(cast)).toEqual(['7 before cancelled', '1 before cancelled', 'over cancelled']);
});
