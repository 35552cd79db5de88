import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { AuditEntry, User } from '../../../database/entities/index.ts';
import { setEndDate } from '../../../database/offboarding/offboardings.ts';
import { updateReminderSettings, updateWorkspace } from '../../../database/workspace/settings.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { remindersOf } from '../../../testing/cast/reminders.ts';
import { statementsOf } from '../../../testing/cast/statements.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { emilIn, hr, now } from './leaving.ts';

const { database, url } = await ownDatabase();
const { em } = database;
const { leaving, update, give, passTime, states, lines } = emilIn(database);

describe('the workspace’s settings', () => {
  const settings = { remindDaysBefore: [14, 1], remindOverdueEvery: 5, digestHour: 0 };
  const usual = { remindDaysBefore: [7, 1], remindOverdueEvery: 3, digestHour: 0 };

  test('reschedule the reminders of all leavers, in their time zones', async () => {
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

  test('change the interval of overdue reminders', async () => {
    const cast = await leaving('2026-11-20');
    await give(cast);
    await passTime(cast, '2026-11-24T12:00:00Z');
    await updateReminderSettings(em, 'user:1', settings, now);
    expect((await lines(cast)).filter((line) => line.endsWith('waiting'))).toEqual([
      '5 overdue 2026-11-26T00:00 waiting',
    ]);
    await updateReminderSettings(em, 'user:1', usual, now);
  });

  test('write no audit entry if unchanged, and another hour reschedules nothing', async () => {
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

  test('run as many statements for many leavers as for few', async () => {
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

  test('wait for transactions that schedule reminders by the old settings', async () => {
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

  test('reschedule offboardings that are opened concurrently', async () => {
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
      const waiting = (await remindersOf(database, emil.id)).filter(({ state }) => state === 'waiting');
      expect(waiting).toHaveLength(3);
      // Midnight in Tokyo.
      for (const { dueAt } of waiting) expect(dueAt.getUTCHours()).toBe(15);
    }
    await updateWorkspace(em, 'user:1', { name: 'Lastday', timeZone: 'UTC' });
  });
});
