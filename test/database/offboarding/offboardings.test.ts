import { expect, test } from 'vitest';
import { AuditEntry, Offboarding, Outbox, User } from '../../../database/entities/index.ts';
import { cancelOffboarding, setEndDate } from '../../../database/offboarding/offboardings.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { reminderLines } from '../../../testing/cast/reminders.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;
const now = new Date('2026-11-24T12:00:00Z');
const set = (userId: number, date: string | null) => setEndDate(em, 'token:hr', userId, date, now);

const offboardingsOf = async (userId: number) =>
  (await em.fork().find(Offboarding, { userId }, { orderBy: { id: 'asc' } })).map(({ state }) => state);

const remindersOf = (userId: number) => reminderLines(database, userId);

test('an end date opens an offboarding with reminders, audit entries and one outbox row', async () => {
  const { emil } = await makeCast(database);
  await set(emil.id, '2026-12-24');
  expect(await offboardingsOf(emil.id)).toEqual(['open']);
  expect(await remindersOf(emil.id)).toEqual([
    '7 before 2026-12-17T00:00 waiting',
    '1 before 2026-12-23T00:00 waiting',
    'over 2026-12-25T00:00 waiting',
  ]);
  const entries = await em.fork().find(AuditEntry, { userId: emil.id }, { orderBy: { id: 'asc' } });
  expect(entries.map(({ actor, action }) => [actor, action])).toEqual([
    ['token:hr', 'user.end_date_changed'],
    ['token:hr', 'offboarding.opened'],
  ]);
  expect(await em.fork().find(Outbox, { userId: emil.id })).toHaveLength(1);
});

test('the same date again changes nothing', async () => {
  const { emil } = await makeCast(database);
  await set(emil.id, '2026-12-24');
  const { revision } = await em.fork().findOneOrFail(User, { id: emil.id });
  await set(emil.id, '2026-12-24');
  expect((await em.fork().findOneOrFail(User, { id: emil.id })).revision).toBe(revision);
  expect(await em.fork().count(AuditEntry, { userId: emil.id, action: 'user.end_date_changed' })).toBe(1);
});

test('a moved date skips the old reminders and adds new ones', async () => {
  const { emil } = await makeCast(database);
  await set(emil.id, '2026-12-24');
  await set(emil.id, '2027-01-10');
  expect(await offboardingsOf(emil.id)).toEqual(['open']);
  expect(await remindersOf(emil.id)).toEqual([
    '7 before 2026-12-17T00:00 date_moved',
    '1 before 2026-12-23T00:00 date_moved',
    'over 2026-12-25T00:00 date_moved',
    '7 before 2027-01-03T00:00 waiting',
    '1 before 2027-01-09T00:00 waiting',
    'over 2027-01-11T00:00 waiting',
  ]);
  // Moved back, the old reminders wait again without duplicates.
  await set(emil.id, '2026-12-24');
  expect((await remindersOf(emil.id)).filter((line) => line.endsWith('waiting'))).toHaveLength(3);
  expect(await remindersOf(emil.id)).toHaveLength(6);
});

test('a date in the past schedules only the reminder for the end of the last day', async () => {
  const { emil } = await makeCast(database);
  await set(emil.id, '2026-11-20');
  expect(await remindersOf(emil.id)).toEqual([
    '7 before 2026-11-13T00:00 too_late',
    '1 before 2026-11-19T00:00 too_late',
    'over 2026-11-21T00:00 waiting',
  ]);
});

test('reminders are due at midnight in the person’s time zone', async () => {
  const { emil } = await makeCast(database);
  await em.fork().nativeUpdate(User, { id: emil.id }, { timeZone: 'Pacific/Tongatapu' });
  await set(emil.id, '2026-12-24');
  expect((await remindersOf(emil.id)).at(-1)).toBe('over 2026-12-24T11:00 waiting');
});

test('clearing the date cancels the offboarding, and a new date opens another one', async () => {
  const { emil } = await makeCast(database);
  await set(emil.id, '2026-12-24');
  await set(emil.id, null);
  expect(await offboardingsOf(emil.id)).toEqual(['cancelled']);
  expect((await remindersOf(emil.id)).every((line) => line.endsWith('cancelled'))).toBe(true);
  await set(emil.id, '2027-02-01');
  expect(await offboardingsOf(emil.id)).toEqual(['cancelled', 'open']);
});

test('an end date before the start date is refused and changes nothing', async () => {
  const { emil } = await makeCast(database);
  await em.fork().nativeUpdate(User, { id: emil.id }, { startDate: '2026-06-01' });
  await expect(set(emil.id, '2026-05-31')).rejects.toMatchObject({
    fields: { endDate: 'The end date is before the start date, 2026-06-01.' },
  });
  expect(await offboardingsOf(emil.id)).toEqual([]);
});

test('cancelling clears the date, and is refused when no offboarding is open', async () => {
  const { lena, emil, nora } = await makeCast(database);
  await cancelOffboarding(em, `user:${nora.id}`, lena.id);
  expect((await em.fork().findOneOrFail(User, { id: lena.id })).endDate).toBeNull();
  expect(await offboardingsOf(lena.id)).toEqual(['cancelled']);
  await expect(cancelOffboarding(em, `user:${nora.id}`, emil.id)).rejects.toThrow('no open offboarding');
});

test('concurrent changes of one person run one after another', async () => {
  const { emil } = await makeCast(database);
  const dates = Array.from({ length: 12 }, (_, i) => `2027-03-${String(i + 1).padStart(2, '0')}`);
  await Promise.all(dates.map((date) => set(emil.id, date)));
  const user = await em.fork().findOneOrFail(User, { id: emil.id });
  expect(user.revision).toBe(12);
  expect(await offboardingsOf(emil.id)).toEqual(['open']);
  const [last] = await em
    .fork()
    .find(
      AuditEntry,
      { userId: emil.id, action: 'user.end_date_changed' },
      { orderBy: { id: 'desc' }, limit: 1 },
    );
  expect(last!.details.to).toBe(user.endDate);
});
