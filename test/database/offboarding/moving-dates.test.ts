import { describe, expect, it } from 'vitest';
import { Notification, Offboarding } from '../../../database/entities/index.ts';
import { cancelOffboarding, setEndDate } from '../../../database/offboarding/offboardings.ts';
import { nextReminder } from '../../../database/offboarding/reminders.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { momentNamed } from '../../../testing/cast/moments.ts';
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
  it('later leaves the old moments behind, and reminds again for the new day', async () => {
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

  it('earlier says at once what is due that day, and nothing of what has passed', async () => {
    const cast = await leaving();
    await move(cast, '2026-11-25');
    expect((await lines(cast)).filter((line) => !line.endsWith('date_moved'))).toEqual([
      '7 before 2026-11-18T00:00 too_late',
      '1 before 2026-11-24T00:00 waiting',
      'over 2026-11-26T00:00 waiting',
    ]);
  });

  it('into the past says that it is over at once, and goes on every third day from then', async () => {
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
      // The worker in this test fired at the due moment.
      '3 overdue 2026-11-24T00:00 fired',
      '6 overdue 2026-11-27T00:00 waiting',
    ]);
  });

  it('to today is told when today is over', async () => {
    const cast = await leaving();
    await move(cast, '2026-11-24');
    expect((await lines(cast)).filter((line) => line.endsWith('waiting'))).toEqual([
      'over 2026-11-25T00:00 waiting',
    ]);
  });

  it('away and back on the same day tells nothing twice', async () => {
    const cast = await leaving('2026-12-01');
    await give(cast);
    await passTime(cast, now.toISOString());
    for (let i = 0; i < 5; i++) {
      await move(cast, '2026-12-24');
      await move(cast, '2026-12-01');
      await passTime(cast, now.toISOString());
    }
    expect((await states(cast)).filter((line) => line === '7 before fired')).toHaveLength(1);
    const told = await em.fork().count(Notification, { aboutUserId: cast.emil.id, userId: cast.mira.id });
    expect(told).toBe(1);
  });

  it('cleared and set again on the same day tells nothing twice either', async () => {
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

  it('after it was cleared is a new offboarding, which reminds of its own day', async () => {
    const cast = await leaving();
    await move(cast, null);
    await move(cast, '2027-03-01');
    expect(await states(cast)).toEqual(['7 before waiting', '1 before waiting', 'over waiting']);
  });
});

describe('a zone that changes', () => {
  it('moves what is to come, and fires nothing again', async () => {
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

  it('to where the moment has passed fires it at once', async () => {
    const cast = await leaving();
    const beforeMidnight = new Date('2026-12-24T20:00:00Z');
    await update(cast, { timeZone: 'Pacific/Tongatapu' }, beforeMidnight);
    const over = await momentNamed(database, cast.emil.id, 'over');
    expect(over).toMatchObject({ became: 'waiting', dueAt: new Date('2026-12-24T11:00:00Z') });
  });

  it('with the date in the same call is planned once', async () => {
    const cast = await leaving();
    await update(cast, { timeZone: 'Pacific/Tongatapu', endDate: '2027-01-10' });
    expect((await lines(cast)).filter((line) => line.endsWith('waiting'))).toEqual([
      '7 before 2027-01-02T11:00 waiting',
      '1 before 2027-01-08T11:00 waiting',
      'over 2027-01-10T11:00 waiting',
    ]);
  });
});

describe('somebody whom HR marks offboarded', () => {
  it('keeps their date, and what they have is still asked for', async () => {
    const cast = await leaving();
    await give(cast);
    await update(cast, { status: 'offboarded' });
    expect(await states(cast)).toEqual(['7 before waiting', '1 before waiting', 'over waiting']);
    await passTime(cast, '2026-12-25T00:00:00Z');
    const told = await em
      .fork()
      .find(Notification, { aboutUserId: cast.emil.id, kind: 'offboarding_reminder' });
    expect(told.map(({ userId }) => userId)).not.toContain(cast.emil.id);
    expect(told.filter(({ userId }) => userId === cast.mira.id)).toHaveLength(3);
  });

  it('without a date has that day as their last one, where they are', async () => {
    const cast = await makeCast(database);
    await update(cast, { timeZone: 'Pacific/Tongatapu' });
    await update(cast, { status: 'offboarded' });
    // It is the 25th there.
    expect((await lines(cast)).at(-1)).toBe('over 2026-11-25T11:00 waiting');
    await update(cast, { status: 'offboarded', name: 'Emil N.' }, new Date('2026-12-09T12:00:00Z'));
    expect((await lines(cast)).at(-1)).toBe('over 2026-11-25T11:00 waiting');
  });

  it('and then given a date goes by the date', async () => {
    const cast = await makeCast(database);
    await update(cast, { status: 'offboarded' });
    await update(cast, { endDate: '2026-12-31' });
    expect((await lines(cast)).filter((line) => line.endsWith('waiting')).at(-1)).toBe(
      'over 2027-01-01T00:00 waiting',
    );
  });

  it('and active again without a date is not leaving', async () => {
    const cast = await makeCast(database);
    await update(cast, { status: 'offboarded' });
    await update(cast, { status: 'active' });
    expect(await openOf(cast)).toEqual(['cancelled']);
    expect((await states(cast)).filter((line) => line.endsWith('waiting'))).toEqual([]);
  });
});

it('cancelling stops everything that was to come', async () => {
  const cast = await leaving();
  await cancelOffboarding(em, 'user:1', cast.emil.id, now);
  expect(await states(cast)).toEqual(['7 before cancelled', '1 before cancelled', 'over cancelled']);
});
