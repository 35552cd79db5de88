import { describe, expect, test } from 'vitest';
import { completeOffboarding } from '../../database/completion.ts';
import {
  ApiToken,
  AuditEntry,
  Notification,
  Offboarding,
  OneTimeLink,
  Outbox,
  Reminder,
  Session,
} from '../../database/entities/index.ts';
import { createLink, peekLink } from '../../database/links.ts';
import { cancelOffboarding, setEndDate } from '../../database/offboardings.ts';
import { changeRole } from '../../database/roles.ts';
import { createToken, findLivingToken } from '../../database/tokens.ts';
import { createUser, updateUser, userById } from '../../database/users.ts';
import type { AuditAction } from '../../domain/audit.ts';
import { InvalidInput, NotFound, Refusal } from '../../domain/failures.ts';
import { makeCast } from '../support/cast.ts';
import { ownDatabase } from '../support/database.ts';
import { momentStates } from '../support/moments.ts';

const { database } = await ownDatabase();
const { em } = database;
const hr = 'token:hr';

let people = 0;
const someone = (fields: Partial<Parameters<typeof createUser>[2]> = {}) => {
  const number = ++people;
  return createUser(em, hr, { name: `Person ${number}`, email: `person${number}@x.example`, ...fields });
};

const offboardingsOf = (userId: number) =>
  em.fork().find(Offboarding, { userId }, { orderBy: { id: 'asc' } });
const entriesOf = async (userId: number, action: AuditAction) =>
  (await em.fork().find(AuditEntry, { userId, action }, { orderBy: { id: 'asc' } })).map(
    (entry) => entry.details,
  );
const signIn = async (userId: number, sid: string) => {
  const fork = em.fork();
  fork.create(Session, { sid, sess: { userId }, expire: new Date(Date.now() + 3_600_000) });
  await fork.flush();
};
const isSignedIn = async (sid: string) => (await em.fork().count(Session, { sid })) === 1;

/** Completes somebody who has nothing. */
async function leave(userId: number) {
  await updateUser(em, hr, userId, { endDate: '2026-01-31' });
  const [offboarding] = await offboardingsOf(userId);
  expect(await completeOffboarding(em, offboarding!.id, hr)).toMatchObject({ outcome: 'completed' });
}

describe('a new person', () => {
  test('is recorded with one entry and no offboarding', async () => {
    const id = await someone({ department: 'Sales', timeZone: 'Pacific/Auckland' });

    expect(await userById(em, id)).toMatchObject({
      department: 'Sales',
      timeZone: 'Pacific/Auckland',
      status: 'active',
      role: 'employee',
    });
    expect(await offboardingsOf(id)).toEqual([]);
    expect(await entriesOf(id, 'user.created')).toHaveLength(1);
    expect(await entriesOf(id, 'user.updated')).toEqual([]);
  });

  test('with an end date has an open offboarding, its reminders and a message to the engine', async () => {
    const id = await someone({ endDate: '2099-05-04' });

    const [offboarding] = await offboardingsOf(id);
    expect(offboarding).toMatchObject({ state: 'open', openedBy: hr });
    expect(await em.fork().count(Reminder, { offboardingId: offboarding!.id })).toBe(3);
    expect(await em.fork().count(Outbox, { userId: id, offboardingId: offboarding!.id })).toBe(1);
  });

  test('cannot leave before they begin', async () => {
    await expect(someone({ startDate: '2026-03-01', endDate: '2026-02-28' })).rejects.toEqual(
      new InvalidInput({ endDate: 'The end date lies before the start date, 2026-03-01.' }),
    );
  });

  test('cannot have an e-mail address in use, whatever its case', async () => {
    await someone({ email: 'Taken@x.example' });
    await expect(someone({ email: 'taken@X.example' })).rejects.toMatchObject({
      fields: { email: expect.any(String) },
    });
  });

  test('cannot have an external id in use', async () => {
    await someone({ externalId: 'E-1' });
    await expect(someone({ externalId: 'E-1' })).rejects.toMatchObject({
      fields: { externalId: expect.any(String) },
    });
  });
});

describe('a change of the record', () => {
  test('names what is new and what was before, and raises the revision', async () => {
    const id = await someone({ name: 'Old Name', department: 'Sales' });
    const { revision } = await userById(em, id);

    await updateUser(em, hr, id, { name: 'New Name', department: null });

    expect(await entriesOf(id, 'user.updated')).toEqual([
      { fields: ['name', 'department'], from: ['Old Name', 'Sales'], to: ['New Name', ''] },
    ]);
    expect((await userById(em, id)).revision).toBeGreaterThan(revision);
  });

  test('to what it is already changes nothing', async () => {
    const id = await someone({ name: 'Same', endDate: '2099-01-01', timeZone: 'UTC' });
    const before = await userById(em, id);
    const entries = await em.fork().count(AuditEntry, { userId: id });

    await updateUser(em, hr, id, { name: 'Same', endDate: '2099-01-01', timeZone: 'UTC', status: 'active' });

    expect((await userById(em, id)).revision).toBe(before.revision);
    expect(await em.fork().count(AuditEntry, { userId: id })).toBe(entries);
  });

  test('of an unknown person is refused', async () => {
    await expect(updateUser(em, hr, 999_999, { name: 'Nobody' })).rejects.toBeInstanceOf(NotFound);
  });

  test('cannot move the start behind the end', async () => {
    const id = await someone({ startDate: '2020-01-01', endDate: '2026-06-30' });
    await expect(updateUser(em, hr, id, { startDate: '2026-07-01' })).rejects.toEqual(
      new InvalidInput({ startDate: 'The start date lies after the end date, 2026-06-30.' }),
    );
    await updateUser(em, hr, id, { startDate: '2026-07-01', endDate: '2026-12-31' });
  });

  test('of the zone moves the reminders of the same date', async () => {
    const id = await someone({ endDate: '2099-05-04', timeZone: 'UTC' });
    const [offboarding] = await offboardingsOf(id);

    await updateUser(em, hr, id, { timeZone: 'Pacific/Tongatapu' });

    const moments = await em.fork().find(Reminder, { offboardingId: offboarding!.id, skippedAt: null });
    expect(moments.find((moment) => moment.kind === 'last_day_over')!.dueAt.toISOString()).toBe(
      '2099-05-04T11:00:00.000Z',
    );
    expect(moments).toHaveLength(3);
  });
});

describe('a manager', () => {
  test('is given and taken away, with an entry each', async () => {
    const manager = await someone();
    const id = await someone({ managerId: manager });
    await updateUser(em, hr, id, { managerId: null });

    expect(await entriesOf(id, 'user.manager_changed')).toEqual([
      { from: null, to: manager },
      { from: manager, to: null },
    ]);
  });

  test('is never oneself, nor nobody', async () => {
    const id = await someone();
    await expect(updateUser(em, hr, id, { managerId: id })).rejects.toBeInstanceOf(InvalidInput);
    await expect(updateUser(em, hr, id, { managerId: 999_999 })).rejects.toBeInstanceOf(InvalidInput);
  });

  test('who has been offboarded is refused', async () => {
    const gone = await someone();
    await leave(gone);
    const id = await someone();
    await expect(updateUser(em, hr, id, { managerId: gone })).rejects.toMatchObject({
      code: 'manager-offboarded',
    });
  });

  test('who completes at the same moment is refused or cleared, never kept', async () => {
    for (let round = 0; round < 10; round++) {
      const manager = await someone({ endDate: '2026-01-31' });
      const id = await someone();
      const [offboarding] = await offboardingsOf(manager);
      await Promise.all([
        completeOffboarding(em, offboarding!.id, hr),
        updateUser(em, hr, id, { managerId: manager }).catch((error) =>
          expect(error).toBeInstanceOf(Refusal),
        ),
      ]);
      expect((await userById(em, id)).managerId ?? null).toBeNull();
    }
  });
});

describe('marking somebody offboarded without the gate', () => {
  test('opens an offboarding, and taking it back cancels it', async () => {
    const id = await someone();
    await updateUser(em, hr, id, { status: 'offboarded' });
    expect(await offboardingsOf(id)).toMatchObject([{ state: 'open' }]);
    expect((await userById(em, id)).offboardingCompletedAt ?? null).toBeNull();

    await updateUser(em, hr, id, { status: 'active' });
    expect(await offboardingsOf(id)).toMatchObject([{ state: 'cancelled' }]);
    expect(await entriesOf(id, 'user.status_changed')).toEqual([
      { from: 'active', to: 'offboarded' },
      { from: 'offboarded', to: 'active' },
    ]);
  });

  test('uses the offboarding that is open, which stays open with its date', async () => {
    const { lena } = await makeCast(database);
    await updateUser(em, hr, lena.id, { status: 'offboarded' });
    await updateUser(em, hr, lena.id, { status: 'active' });
    expect(await offboardingsOf(lena.id)).toMatchObject([{ state: 'open' }]);
  });

  test('and clearing the date in the same call leaves the offboarding open', async () => {
    const id = await someone({ endDate: '2099-05-04' });
    await updateUser(em, hr, id, { status: 'offboarded', endDate: null });

    const [offboarding, another] = await offboardingsOf(id);
    expect(offboarding!.state).toBe('open');
    expect(another).toBeUndefined();
    expect((await userById(em, id)).endDate ?? null).toBeNull();
    expect((await momentStates(database, id)).filter((line) => !line.endsWith('date_moved'))).toEqual([
      '7 before too_late',
      '1 before too_late',
      'over waiting',
    ]);
  });

  test.each([
    { by: 'the record', clear: (id: number) => updateUser(em, hr, id, { endDate: null }) },
    { by: 'the end date alone', clear: (id: number) => setEndDate(em, hr, id, null) },
  ])('keeps the offboarding open when the date is cleared later, by $by', async ({ clear }) => {
    const id = await someone({ endDate: '2099-05-04' });
    await updateUser(em, hr, id, { status: 'offboarded' });
    await clear(id);
    expect(await offboardingsOf(id)).toMatchObject([{ state: 'open', deactivatedOn: expect.any(String) }]);
    expect((await userById(em, id)).endDate ?? null).toBeNull();
  });

  test('keeps it from being cancelled, with a date and without, until they are active again', async () => {
    for (const endDate of [null, '2099-05-04']) {
      const id = await someone({ status: 'offboarded', endDate });
      await expect(cancelOffboarding(em, hr, id)).rejects.toMatchObject({ code: 'marked-offboarded' });
      expect(await offboardingsOf(id)).toMatchObject([{ state: 'open' }]);
      await updateUser(em, hr, id, { status: 'active' });
      if (endDate !== null) await cancelOffboarding(em, hr, id);
      expect(await offboardingsOf(id)).toMatchObject([{ state: 'cancelled' }]);
    }
  });
});

describe('after completion', () => {
  test('equal values are fine, and name and department may change', async () => {
    const id = await someone();
    await leave(id);
    await updateUser(em, hr, id, {
      name: 'Renamed',
      department: 'Alumni',
      endDate: '2026-01-31',
      status: 'offboarded',
      managerId: null,
    });
    expect(await userById(em, id)).toMatchObject({ name: 'Renamed', department: 'Alumni' });
  });

  test.each([{ endDate: '2026-02-01' }, { endDate: null }, { status: 'active' as const }, { managerId: 1 }])(
    '%o is refused',
    async (changes) => {
      const id = await someone();
      await leave(id);
      await expect(updateUser(em, hr, id, changes)).rejects.toMatchObject({ code: 'already-offboarded' });
    },
  );
});

describe('somebody who is no longer active', () => {
  test.each(['suspended', 'offboarded'] as const)('loses every way in when %s', async (status) => {
    const { ada } = await makeCast(database);
    const id = await someone({ name: 'Leaving Admin' });
    await changeRole(em, `user:${ada.id}`, id, 'super-admin');
    await signIn(id, `sid-${status}`);
    const link = await createLink(em, { userId: id, purpose: 'invitation', actor: `user:${ada.id}` });
    const { value } = await createToken(em, `user:${id}`, { name: `feed ${status}`, scopes: ['users:read'] });

    await updateUser(em, hr, id, { status });

    expect(await isSignedIn(`sid-${status}`)).toBe(false);
    expect(await peekLink(em.fork(), link)).toBeNull();
    expect(await em.fork().count(OneTimeLink, { userId: id, usedAt: null })).toBe(0);
    expect(await findLivingToken(em.fork(), value)).toBeNull();
    expect(await em.fork().findOneOrFail(ApiToken, { createdBy: id })).toMatchObject({
      revokedAt: expect.any(Date),
    });
    expect(await entriesOf(id, 'token.revoked')).toMatchObject([{ name: `feed ${status}` }]);
    expect(await em.fork().find(Notification, { userId: ada.id, kind: 'tokens_ended' })).toMatchObject([
      { aboutUserId: id, details: { tokens: [`feed ${status}`] } },
    ]);
  });

  test('can be active again, and signs in anew', async () => {
    const id = await someone({ status: 'suspended' });
    await updateUser(em, hr, id, { status: 'active' });
    expect((await userById(em, id)).status).toBe('active');
  });
});
