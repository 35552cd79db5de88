import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { sqlOf } from '../../database/core/tables.ts';
import { setEndDate } from '../../database/offboarding/offboardings.ts';
import { updateUser } from '../../database/people/users.ts';
import { updateReminderSettings } from '../../database/workspace/settings.ts';
import { addDays, todayIn } from '../../domain/dates.ts';
import { complete } from '../../engine/contract.ts';
import { type Cast, makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { eventually, ownEngine } from '../../testing/cast/engine.ts';
import { reminderNamed, reminderStates } from '../../testing/cast/reminders.ts';
import { ownDatabase } from '../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { relay, startWorker, ask, handleOf } = await ownEngine(database);
let worker = await startWorker();

/** Moves a due time closer, because tests cannot wait for midnight. */
async function comesDue({ lena }: Cast, name: string, inMs: number) {
  const { id } = await reminderNamed(database, lena.id, name);
  await sql`
    update reminders set due_at = now() + ${inMs} * interval '1 millisecond', skipped_at = null
    where id = ${id}`.execute(sqlOf(database.em.fork()));
}

const remindersOf = ({ lena }: Cast) => reminderStates(database, lena.id);

/** The reminders about Lena to people of her cast; other casts have IT admins too. */
async function remindedAbout(cast: Cast) {
  const { lena, ada, nora, ivo, mira, rosa, timo, emil } = cast;
  const people = [ada, nora, ivo, mira, lena, rosa, timo, emil].map(({ id }) => id);
  const { rows } = await sql<{ userId: number; details: Record<string, unknown> }>`
    select user_id as "userId", details from notifications
    where kind = 'offboarding_reminder' and about_user_id = ${lena.id}
      and user_id = any(${people}::int[]) order by id`.execute(sqlOf(database.em.fork()));
  return rows;
}

/** Whether the workflow waits for a reminder. */
async function waitsForReminder({ offboardingId }: Cast): Promise<boolean> {
  const { events } = await handleOf(offboardingId).fetchHistory();
  return events!.some((event) => event.timerStartedEventAttributes);
}

test('a reminder notifies the leaver, their manager and the IT admins once each', async () => {
  const cast = await makeCast(database);
  await comesDue(cast, '1 before', 300);
  await relay();
  const reminded = await eventually(async () => {
    const rows = await remindedAbout(cast);
    return rows.length > 0 ? rows : null;
  });
  const { ivo, mira, lena } = cast;
  expect(new Set(reminded.map(({ userId }) => userId))).toEqual(new Set([ivo.id, mira.id, lena.id]));
  expect(reminded).toHaveLength(3);
  expect(reminded[0]!.details).toEqual({
    offboardingId: cast.offboardingId,
    reminder: 'before_last_day',
    days: 1,
    endDate: cast.lastDay,
    hardware: 1,
    software: 1,
    requests: 1,
  });
  expect(await remindersOf(cast)).toEqual(['7 before too_late', '1 before fired', 'over waiting']);
});

test('a reminder fires at the end of the last day and repeats while the offboarding is overdue', async () => {
  const cast = await makeCast(database, -1);
  await relay();
  await expect
    .poll(() => remindersOf(cast), { timeout: 10_000 })
    .toEqual(['7 before too_late', '1 before too_late', 'over fired', '3 overdue waiting']);
  await comesDue(cast, '3 overdue', -1000);
  // As after a restart, the due time is read again.
  await handleOf(cast.offboardingId).terminate();
  await sql`update outbox set sent_at = null`.execute(sqlOf(database.em.fork()));
  await relay();
  await expect.poll(() => remindersOf(cast), { timeout: 10_000 }).toContain('3 overdue fired');
  expect((await remindersOf(cast)).at(-1)).toBe('6 overdue waiting');
});

test('a reminder does not fire for a moved date, but fires for the new one', async () => {
  const cast = await makeCast(database);
  await comesDue(cast, '1 before', 1500);
  await relay();
  await setEndDate(database.em, `user:${cast.nora.id}`, cast.lena.id, addDays(cast.lastDay, 30));
  await comesDue(cast, '7 before', 1600);
  await relay();
  await expect.poll(() => remindersOf(cast), { timeout: 10_000 }).toContain('7 before fired');
  expect((await remindedAbout(cast)).map(({ details }) => details.days)).not.toContain(1);
});

test('a date moved into the past fires the end of the last day at once, and no earlier reminder', async () => {
  const cast = await makeCast(database, 20);
  await comesDue(cast, '7 before', 300);
  await relay();
  await expect.poll(() => remindersOf(cast), { timeout: 10_000 }).toContain('7 before fired');
  await setEndDate(database.em, 'system', cast.lena.id, addDays(todayIn('UTC', new Date()), -1));
  await relay();
  await expect.poll(() => remindersOf(cast), { timeout: 10_000 }).toContain('over fired');
  expect((await remindersOf(cast)).filter((line) => line.endsWith('fired')).toSorted()).toEqual([
    '7 before fired',
    'over fired',
  ]);
  expect(await remindedAbout(cast)).toHaveLength(6);
});

test('the end of the same day fires in UTC+13 a day before UTC−11', async () => {
  const yesterday = addDays(todayIn('Pacific/Tongatapu', new Date()), -1);
  const leavingFrom = async (timeZone: string) => {
    const cast = await makeCast(database);
    await updateUser(database.em, 'system', cast.lena.id, { timeZone, endDate: yesterday });
    return cast;
  };
  const [tonga, samoa] = [await leavingFrom('Pacific/Tongatapu'), await leavingFrom('Pacific/Pago_Pago')];
  await relay();
  await expect.poll(() => remindersOf(tonga), { timeout: 10_000 }).toContain('over fired');
  await expect.poll(() => waitsForReminder(samoa), { timeout: 10_000 }).toBe(true);
  expect(await remindersOf(samoa)).toContain('over waiting');
  expect(await remindersOf(samoa)).not.toContain('over fired');
});

test('a reminder fires once after the worker was down', async () => {
  const cast = await makeCast(database);
  await comesDue(cast, '1 before', 2_500);
  await relay();
  // A worker that stops in the middle of a step leaves it for ten seconds.
  await expect.poll(() => waitsForReminder(cast), { timeout: 10_000 }).toBe(true);
  await worker.stop();
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(await remindersOf(cast)).toContain('1 before waiting');
  worker = await startWorker();
  await expect.poll(() => remindersOf(cast), { timeout: 10_000 }).toContain('1 before fired');
  expect(await remindedAbout(cast)).toHaveLength(3);
});

test('an outage of a day and a half loses no reminder and repeats none', async () => {
  const casts = [await makeCast(database), await makeCast(database), await makeCast(database, -1)];
  const comeDue = async (inMs: number) => {
    for (const cast of casts.slice(0, 2)) await comesDue(cast, '1 before', inMs);
    await comesDue(casts[2]!, 'over', inMs);
  };
  await comeDue(3_000);
  await relay();
  await expect
    .poll(async () => (await Promise.all(casts.map(waitsForReminder))).every(Boolean), { timeout: 10_000 })
    .toBe(true);
  await worker.stop();
  expect((await Promise.all(casts.map(remindersOf))).flat().filter((line) => line.endsWith('fired'))).toEqual(
    [],
  );
  await comeDue(-36 * 3_600_000);
  // Changes and due reminders are processed when Temporal and the workers are back.
  await setEndDate(database.em, 'system', casts[1]!.lena.id, addDays(casts[1]!.lastDay, 30));
  worker = await startWorker();
  await relay();
  await expect.poll(() => remindersOf(casts[0]!), { timeout: 10_000 }).toContain('1 before fired');
  await expect.poll(() => remindersOf(casts[2]!), { timeout: 10_000 }).toContain('3 overdue waiting');
  expect((await remindersOf(casts[1]!)).filter((line) => line.endsWith('fired'))).toEqual([]);
  for (const cast of [casts[0]!, casts[2]!]) expect(await remindedAbout(cast)).toHaveLength(3);
  await worker.stop();
  worker = await startWorker();
  await relay();
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (const cast of [casts[0]!, casts[2]!]) expect(await remindedAbout(cast)).toHaveLength(3);
});

test('reminders follow changed reminder days of the workspace', async () => {
  const cast = await makeCast(database);
  await relay();
  await expect
    .poll(async () => (await handleOf(cast.offboardingId).describe()).historyLength, { timeout: 10_000 })
    .toBeGreaterThan(6);
  const settings = { remindDaysBefore: [5, 1], remindOverdueEvery: 3, digestHour: 0 };
  await updateReminderSettings(database.em, `user:${cast.ada.id}`, settings);
  await relay();
  await expect.poll(() => remindersOf(cast), { timeout: 10_000 }).toContain('5 before fired');
  await updateReminderSettings(database.em, `user:${cast.ada.id}`, { ...settings, remindDaysBefore: [7, 1] });
});

test('no reminder fires after the completion', async () => {
  const cast = await makeCast(database);
  await comesDue(cast, '1 before', 1500);
  await relay();
  await clearChecklist(database, cast);
  await ask(complete, cast.offboardingId, { actor: `user:${cast.ivo.id}` });
  await new Promise((resolve) => setTimeout(resolve, 1700));
  expect(await remindersOf(cast)).not.toContain('1 before fired');
  expect(await remindedAbout(cast)).toEqual([]);
});
