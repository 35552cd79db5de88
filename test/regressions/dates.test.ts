import { describe, expect, test } from 'vitest';
import { createToken } from '../../database/access/tokens.ts';
import { Notification, Offboarding, User } from '../../database/entities/index.ts';
import { createRequest } from '../../database/inventory/requests.ts';
import { completeOffboarding } from '../../database/offboarding/completion.ts';
import { openForCompletion } from '../../database/offboarding/completion-without-end-date.ts';
import { setEndDate } from '../../database/offboarding/offboardings.ts';
import { fireReminder, nextReminder } from '../../database/offboarding/reminders.ts';
import { updateUser } from '../../database/people/users.ts';
import { type Cast, makeCast } from '../../testing/cast/cast.ts';
import { reminderLines, reminderNamed, reminderStates } from '../../testing/cast/reminders.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { apiAt } from '../../testing/web/api.ts';
import { startWeb } from '../../testing/web/web.ts';

// Faults of other products: moved dates, outages of a day, and time zones far from UTC.

const own = await ownDatabase();
const { database } = own;
const { em } = database;
const web = await startWeb(own);
const { value } = await createToken(em, 'system', { name: 'hr', scopes: ['users:write'] });
const call = apiAt(web.address, value);
const hour = 3_600_000;

/** Creates a leaver with a last day and an open request. */
async function leaving(date: string, now: Date, timeZone: string | null = null): Promise<Cast> {
  const cast = await makeCast(database);
  if (timeZone !== null) await updateUser(em, 'system', cast.emil.id, { timeZone });
  await createRequest(em, 'system', cast.emil.id, { item: 'Mouse', reason: null });
  await setEndDate(em, 'system', cast.emil.id, date, now);
  return cast;
}

const offboardingOf = ({ emil }: Cast) =>
  em.fork().findOneOrFail(Offboarding, { userId: emil.id, state: 'open' });

/** Fires all reminders that are due at `now`, as a worker does after an outage. Returns their count. */
async function wakeAt(cast: Cast, now: Date): Promise<number> {
  const { id } = await offboardingOf(cast);
  for (let fired = 0; ; fired++) {
    const next = await nextReminder(em.fork(), id);
    if (next === null || next.dueAt > now.getTime()) return fired;
    await fireReminder(em, next.id, now);
    // A second call must not fire it again.
    await fireReminder(em, next.id, now);
  }
}

/** The number of reminders to the leaver's manager. */
const remindersAbout = ({ emil, mira }: Cast) =>
  em.fork().count(Notification, { userId: mira.id, kind: 'offboarding_reminder', aboutUserId: emil.id });

describe('the date is moved after something fired', () => {
  const set = new Date('2026-11-24T12:00:00Z');

  test('later: fired reminders stay, the others follow the new date, and none fires again for the old one', async () => {
    const cast = await leaving('2026-12-24', set);
    await wakeAt(cast, new Date('2026-12-17T00:00:01Z'));
    expect(await remindersAbout(cast)).toBe(1);
    await setEndDate(em, 'system', cast.emil.id, '2027-02-01', new Date('2026-12-18T12:00:00Z'));
    expect(await reminderStates(database, cast.emil.id)).toEqual([
      '7 before fired',
      '1 before date_moved',
      'over date_moved',
      '7 before waiting',
      '1 before waiting',
      'over waiting',
    ]);
    expect(await wakeAt(cast, new Date('2026-12-26T12:00:00Z'))).toBe(0);
    // Back to the first date: reminders that fired for it do not fire again.
    await setEndDate(em, 'system', cast.emil.id, '2026-12-24', new Date('2026-12-19T12:00:00Z'));
    await wakeAt(cast, new Date('2026-12-23T12:00:00Z'));
    expect(await remindersAbout(cast)).toBe(2);
  });

  test('earlier, before reminders that are now overdue: those are marked too late, and the end of the last day still fires', async () => {
    const cast = await leaving('2026-12-24', set);
    await wakeAt(cast, new Date('2026-12-17T00:00:01Z'));
    await setEndDate(em, 'system', cast.emil.id, '2026-12-16', new Date('2026-12-18T12:00:00Z'));
    const states = await reminderStates(database, cast.emil.id);
    expect(states).toContain('7 before too_late');
    expect(states).toContain('1 before too_late');
    await wakeAt(cast, new Date('2026-12-18T12:00:01Z'));
    expect(await reminderStates(database, cast.emil.id)).toContain('over fired');
    expect(await remindersAbout(cast)).toBe(2);
  });

  test('by HR: the person’s page lists reminders to come, sent and never to be sent', async () => {
    const cast = await makeCast(database, 20);
    const { id, dueAt } = await reminderNamed(database, cast.lena.id, '7 before');
    await fireReminder(em, id, dueAt);
    const moved = await call('PATCH', `/users/${cast.lena.externalId}`, { body: { endDate: '2099-01-31' } });
    expect(moved.status).toBe(200);
    const { text } = await (await web.signIn(cast.ivo.email)).get(`/offboarding/${cast.lena.id}`);
    for (const heading of ['Scheduled', 'Sent', 'Skipped']) expect(text).toContain(`<h3>${heading}</h3>`);
    expect(text).toContain('The last day moved.');
  });
});

describe('an outage of more than a day', () => {
  test('loses no due reminder and repeats none', async () => {
    const cast = await leaving('2026-12-24', new Date('2026-11-24T12:00:00Z'));
    // The outage lasts from two days before the last day until after it.
    expect(await wakeAt(cast, new Date('2026-12-18T12:00:00Z'))).toBe(1);
    expect(await wakeAt(cast, new Date('2026-12-25T12:00:00Z'))).toBe(2);
    expect(await wakeAt(cast, new Date('2026-12-26T12:00:00Z'))).toBe(0);
    expect(await reminderStates(database, cast.emil.id)).toEqual([
      '7 before fired',
      '1 before too_late',
      'over fired',
      '3 overdue waiting',
    ]);
    expect(await remindersAbout(cast)).toBe(2);
  });

  test('within the day that a reminder is about only delays it', async () => {
    const cast = await leaving('2026-12-24', new Date('2026-11-24T12:00:00Z'));
    expect(await wakeAt(cast, new Date('2026-12-23T23:00:00Z'))).toBe(2);
    expect((await reminderStates(database, cast.emil.id)).slice(0, 2)).toEqual([
      '7 before fired',
      '1 before fired',
    ]);
  });
});

describe('leavers in UTC+13 and UTC−11', () => {
  const now = new Date('2026-11-24T12:00:00Z');

  test('get reminders at their own midnight', async () => {
    const tonga = await leaving('2026-12-24', now, 'Pacific/Tongatapu');
    const samoa = await leaving('2026-12-24', now, 'Pacific/Pago_Pago');
    expect(await reminderLines(database, tonga.emil.id)).toEqual([
      '7 before 2026-12-16T11:00 waiting',
      '1 before 2026-12-22T11:00 waiting',
      'over 2026-12-24T11:00 waiting',
    ]);
    expect(await reminderLines(database, samoa.emil.id)).toEqual([
      '7 before 2026-12-17T11:00 waiting',
      '1 before 2026-12-23T11:00 waiting',
      'over 2026-12-25T11:00 waiting',
    ]);
    const over = new Date('2026-12-24T11:00:00Z');
    await wakeAt(tonga, new Date(over.getTime() - hour));
    expect(await reminderStates(database, tonga.emil.id)).toContain('over waiting');
    await wakeAt(tonga, over);
    await wakeAt(samoa, over);
    expect(await reminderStates(database, tonga.emil.id)).toContain('over fired');
    expect(await reminderStates(database, samoa.emil.id)).toContain('over waiting');
  });

  test('complete today with the date of their own time zone', async () => {
    // At noon UTC it is tomorrow in Tonga and still the same day in Samoa.
    for (const [timeZone, today] of [
      ['Pacific/Tongatapu', '2026-11-25'],
      ['Pacific/Pago_Pago', '2026-11-24'],
    ] as const) {
      const { emil, ivo } = await makeCast(database);
      await updateUser(em, 'system', emil.id, { timeZone });
      const { id } = await openForCompletion(em, `user:${ivo.id}`, emil.id, now);
      expect((await completeOffboarding(em, id, `user:${ivo.id}`, now)).outcome).toBe('completed');
      expect((await em.fork().findOneOrFail(User, { id: emil.id })).endDate).toBe(today);
    }
  });
});
