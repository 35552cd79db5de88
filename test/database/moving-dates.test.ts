import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { completeOffboarding } from '../../database/completion.ts';
import { AuditEntry, Notification, Offboarding, User } from '../../database/entities/index.ts';
import { cancelOffboarding, setEndDate } from '../../database/offboardings.ts';
import { fireReminder, nextReminder } from '../../database/reminders.ts';
import { updateUser } from '../../database/users.ts';
import { updateReminderSettings, updateWorkspace } from '../../database/workspace-settings.ts';
import { type Cast, makeCast } from '../support/cast.ts';
import { clearChecklist } from '../support/clearing.ts';
import { ownDatabase } from '../support/database.ts';
import { momentLines, momentNamed, momentStates, momentsOf } from '../support/moments.ts';
import { statementsOf } from '../support/statements.ts';

const { database, url } = await ownDatabase();
const { em } = database;
const hr = 'token:hr';
const now = new Date('2026-11-24T12:00:00Z');

/** Emil, who leaves on 24 December. */
async function leaving(date = '2026-12-24'): Promise<Cast> {
  const cast = await makeCast(database);
  await setEndDate(em, hr, cast.emil.id, date, now);
  return cast;
}
const move = ({ emil }: Cast, date: string | null, at = now) => setEndDate(em, hr, emil.id, date, at);
const update = ({ emil }: Cast, changes: Parameters<typeof updateUser>[3], at = now) =>
  updateUser(em, hr, emil.id, changes, {}, at);
const states = ({ emil }: Cast) => momentStates(database, emil.id);
const lines = ({ emil }: Cast) => momentLines(database, emil.id);
/** Fires what is due until a moment, as a worker that was never away does. */
async function passTime({ emil }: Cast, until: string) {
  const { id } = await em.fork().findOneOrFail(Offboarding, { userId: emil.id, state: 'open' });
  for (;;) {
    const next = await nextReminder(em.fork(), id);
    if (next === null || next.dueAt > new Date(until)) return;
    await fireReminder(em, next.id, next.dueAt);
  }
}
const give = async ({ emil }: Cast) => {
  await em.fork().execute(`insert into requests (user_id, item) values (${emil.id}, 'Mouse')`);
};
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

describe('a change of HR’s while a completion runs', () => {
  /** Holds Lena's row, so that what follows queues behind it in the order it was asked. */
  async function holding({ lena }: Cast) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('begin');
    await client.query('select from users where id = $1 for update', [lena.id]);
    return async () => {
      await client.query('commit');
      await client.end();
    };
  }
  const inOrder = async (cast: Cast, first: () => Promise<unknown>, second: () => Promise<unknown>) => {
    await clearChecklist(database, cast);
    const release = await holding(cast);
    const started = [first(), pause(150).then(second)];
    await pause(400);
    await release();
    return Promise.allSettled(started);
  };

  it('that comes first counts, and the completion keeps it', async () => {
    const cast = await makeCast(database);
    const [moved, answer] = await inOrder(
      cast,
      () => setEndDate(em, hr, cast.lena.id, '2027-01-31'),
      () => completeOffboarding(em, cast.offboardingId, `user:${cast.ivo.id}`),
    );
    expect(moved!.status).toBe('fulfilled');
    expect(answer).toMatchObject({ status: 'fulfilled', value: { outcome: 'completed' } });
    expect(await em.fork().findOneOrFail(User, { id: cast.lena.id })).toMatchObject({
      endDate: '2027-01-31',
    });
  });

  it('that clears the date first cancels, and the completion says so', async () => {
    const cast = await makeCast(database);
    const [cleared, answer] = await inOrder(
      cast,
      () => setEndDate(em, hr, cast.lena.id, null),
      () => completeOffboarding(em, cast.offboardingId, `user:${cast.ivo.id}`),
    );
    expect(cleared!.status).toBe('fulfilled');
    expect(answer).toMatchObject({ value: { outcome: 'cancelled', by: hr } });
    expect(await em.fork().findOneOrFail(User, { id: cast.lena.id })).toMatchObject({ status: 'active' });
  });

  it('that comes second is refused when it says something else, and fine when it says the same', async () => {
    const cast = await makeCast(database);
    const [answer, moved] = await inOrder(
      cast,
      () => completeOffboarding(em, cast.offboardingId, `user:${cast.ivo.id}`),
      () => setEndDate(em, hr, cast.lena.id, '2027-01-31'),
    );
    expect(answer).toMatchObject({ value: { outcome: 'completed' } });
    expect(moved).toMatchObject({ status: 'rejected', reason: { code: 'already-offboarded' } });
    await setEndDate(em, hr, cast.lena.id, cast.lastDay);
    expect((await momentStates(database, cast.lena.id)).filter((line) => line.endsWith('waiting'))).toEqual(
      [],
    );
  });
});

describe('the workspace’s settings', () => {
  const settings = { remindDaysBefore: [14, 1], remindOverdueEvery: 5, digestHour: 0 };
  const usual = { remindDaysBefore: [7, 1], remindOverdueEvery: 3, digestHour: 0 };

  it('move the reminders of everybody who is leaving, wherever they are', async () => {
    const cast = await leaving();
    const elsewhere = await leaving();
    await update(elsewhere, { timeZone: 'Pacific/Tongatapu' });
    const { revision } = await em.fork().findOneOrFail(User, { id: cast.emil.id });
    await updateReminderSettings(em, 'user:1', settings, now);
    expect(await lines(cast)).toEqual([
      '14 before 2026-12-10T00:00 waiting',
      '7 before 2026-12-17T00:00 settings_changed',
      '1 before 2026-12-23T00:00 waiting',
      'over 2026-12-25T00:00 waiting',
    ]);
    expect((await lines(elsewhere))[0]).toBe('14 before 2026-12-09T11:00 waiting');
    expect((await em.fork().findOneOrFail(User, { id: cast.emil.id })).revision).toBe(revision + 1);
    await updateReminderSettings(em, 'user:1', usual, now);
    expect((await states(cast)).filter((line) => line.endsWith('waiting'))).toEqual([
      '7 before waiting',
      '1 before waiting',
      'over waiting',
    ]);
  });

  it('change the rhythm of those who are overdue', async () => {
    const cast = await leaving('2026-11-20');
    await give(cast);
    await passTime(cast, '2026-11-24T12:00:00Z');
    await updateReminderSettings(em, 'user:1', settings, now);
    expect((await lines(cast)).filter((line) => line.endsWith('waiting'))).toEqual([
      '5 overdue 2026-11-26T00:00 waiting',
    ]);
    await updateReminderSettings(em, 'user:1', usual, now);
  });

  it('that stay the same are not noted, and another hour moves nobody', async () => {
    const cast = await leaving();
    const noted = () => em.fork().count(AuditEntry, { action: 'workspace.updated' });
    const before = await noted();
    const { revision } = await em.fork().findOneOrFail(User, { id: cast.emil.id });
    await updateReminderSettings(em, 'user:1', usual, now);
    expect(await noted()).toBe(before);
    await updateReminderSettings(em, 'user:1', { ...usual, digestHour: 8 }, now);
    expect(await noted()).toBe(before + 1);
    expect((await em.fork().findOneOrFail(User, { id: cast.emil.id })).revision).toBe(revision);
  });

  it('take as many statements for many leavers as for few', async () => {
    const count = async (every: number) =>
      (
        await statementsOf(() =>
          updateReminderSettings(em, 'user:1', { ...usual, remindOverdueEvery: every }, now),
        )
      ).length;
    const few = await count(4);
    for (let i = 0; i < 8; i++) await leaving();
    expect(await count(5)).toBe(few);
    await updateReminderSettings(em, 'user:1', usual, now);
  });

  it('wait for moments that are being planned by the old ones', async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('begin');
    await client.query('select from workspace for share');
    let isDone = false;
    const changing = updateWorkspace(em, 'user:1', { name: 'Lastday', timeZone: 'Asia/Tokyo' }).then(() => {
      isDone = true;
    });
    await pause(300);
    expect(isDone).toBe(false);
    await client.query('commit');
    await client.end();
    await changing;
    await updateWorkspace(em, 'user:1', { name: 'Lastday', timeZone: 'UTC' });
  });

  it('fit everybody’s moments in the end, whoever begins to leave meanwhile', async () => {
    const casts = await Promise.all(Array.from({ length: 6 }, () => makeCast(database)));
    const zones = ['Asia/Tokyo', 'America/New_York', 'Pacific/Tongatapu', 'UTC', 'Asia/Tokyo'];
    await Promise.all([
      ...casts.flatMap((cast) =>
        ['2027-02-01', '2027-02-02'].map((date) => setEndDate(em, hr, cast.emil.id, date)),
      ),
      (async () => {
        for (const timeZone of zones) await updateWorkspace(em, 'user:1', { name: 'Lastday', timeZone });
      })(),
    ]);
    for (const { emil } of casts) {
      const waiting = (await momentsOf(database, emil.id)).filter(({ became }) => became === 'waiting');
      expect(waiting).toHaveLength(3);
      // Midnight in Tokyo.
      for (const { dueAt } of waiting) expect(dueAt.getUTCHours()).toBe(15);
    }
    await updateWorkspace(em, 'user:1', { name: 'Lastday', timeZone: 'UTC' });
  });
});

it('cancelling stops everything that was to come', async () => {
  const cast = await leaving();
  await cancelOffboarding(em, 'user:1', cast.emil.id, now);
  expect(await states(cast)).toEqual(['7 before cancelled', '1 before cancelled', 'over cancelled']);
});
