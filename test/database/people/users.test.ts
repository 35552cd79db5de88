import { describe, expect, test } from 'vitest';
import { AuditEntry, Outbox, Reminder } from '../../../database/entities/index.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { updateUser, userById } from '../../../database/people/users.ts';
import { InvalidInput, NotFound, Refusal } from '../../../domain/failures.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { detailsOf, hr, leave, offboardingsOf, someone } from './people.ts';

const { database } = await ownDatabase();
const { em } = database;

describe('a new person', () => {
  test('is recorded with one entry and no offboarding', async () => {
    const id = await someone(database, { department: 'Sales', timeZone: 'Pacific/Auckland' });

    expect(await userById(em, id)).toMatchObject({
      department: 'Sales',
      timeZone: 'Pacific/Auckland',
      status: 'active',
      role: 'employee',
    });
    expect(await offboardingsOf(database, id)).toEqual([]);
    expect(await detailsOf(database, id, 'user.created')).toHaveLength(1);
    expect(await detailsOf(database, id, 'user.updated')).toEqual([]);
  });

  test('with an end date has an open offboarding, its reminders and an outbox row', async () => {
    const id = await someone(database, { endDate: '2099-05-04' });

    const [offboarding] = await offboardingsOf(database, id);
    expect(offboarding).toMatchObject({ state: 'open', openedBy: hr });
    expect(await em.fork().count(Reminder, { offboardingId: offboarding!.id })).toBe(3);
    expect(await em.fork().count(Outbox, { userId: id, offboardingId: offboarding!.id })).toBe(1);
  });

  test('cannot have an end date before the start date', async () => {
    await expect(someone(database, { startDate: '2026-03-01', endDate: '2026-02-28' })).rejects.toEqual(
      new InvalidInput({ endDate: 'The end date is before the start date, 2026-03-01.' }),
    );
  });

  test('cannot have an email in use, in any case', async () => {
    await someone(database, { email: 'Taken@x.example' });
    await expect(someone(database, { email: 'taken@X.example' })).rejects.toMatchObject({
      fields: { email: expect.any(String) },
    });
  });

  test('cannot have an external id in use', async () => {
    await someone(database, { externalId: 'E-1' });
    await expect(someone(database, { externalId: 'E-1' })).rejects.toMatchObject({
      fields: { externalId: expect.any(String) },
    });
  });
});

describe('a change of the record', () => {
  test('records the old and new values, and increments the revision', async () => {
    const id = await someone(database, { name: 'Old Name', department: 'Sales' });
    const { revision } = await userById(em, id);

    await updateUser(em, hr, id, { name: 'New Name', department: null });

    expect(await detailsOf(database, id, 'user.updated')).toEqual([
      { fields: ['name', 'department'], from: ['Old Name', 'Sales'], to: ['New Name', ''] },
    ]);
    expect((await userById(em, id)).revision).toBeGreaterThan(revision);
  });

  test('to the current values changes nothing', async () => {
    const id = await someone(database, { name: 'Same', endDate: '2099-01-01', timeZone: 'UTC' });
    const before = await userById(em, id);
    const entries = await em.fork().count(AuditEntry, { userId: id });

    await updateUser(em, hr, id, { name: 'Same', endDate: '2099-01-01', timeZone: 'UTC', status: 'active' });

    expect((await userById(em, id)).revision).toBe(before.revision);
    expect(await em.fork().count(AuditEntry, { userId: id })).toBe(entries);
  });

  test('of an unknown person is refused', async () => {
    await expect(updateUser(em, hr, 999_999, { name: 'Nobody' })).rejects.toBeInstanceOf(NotFound);
  });

  test('cannot move the start date after the end date', async () => {
    const id = await someone(database, { startDate: '2020-01-01', endDate: '2026-06-30' });
    await expect(updateUser(em, hr, id, { startDate: '2026-07-01' })).rejects.toEqual(
      new InvalidInput({ startDate: 'The start date is after the end date, 2026-06-30.' }),
    );
    await updateUser(em, hr, id, { startDate: '2026-07-01', endDate: '2026-12-31' });
  });

  test('of the time zone reschedules the reminders', async () => {
    const id = await someone(database, { endDate: '2099-05-04', timeZone: 'UTC' });
    const [offboarding] = await offboardingsOf(database, id);

    await updateUser(em, hr, id, { timeZone: 'Pacific/Tongatapu' });

    const reminders = await em.fork().find(Reminder, { offboardingId: offboarding!.id, skippedAt: null });
    expect(reminders.find((reminder) => reminder.kind === 'last_day_over')!.dueAt.toISOString()).toBe(
      '2099-05-04T11:00:00.000Z',
    );
    expect(reminders).toHaveLength(3);
  });
});

describe('a manager', () => {
  test('is set and cleared, with an audit entry each', async () => {
    const manager = await someone(database);
    const id = await someone(database, { managerId: manager });
    await updateUser(em, hr, id, { managerId: null });

    expect(await detailsOf(database, id, 'user.manager_changed')).toEqual([
      { from: null, to: manager },
      { from: manager, to: null },
    ]);
  });

  test('is never oneself, nor an unknown person', async () => {
    const id = await someone(database);
    await expect(updateUser(em, hr, id, { managerId: id })).rejects.toBeInstanceOf(InvalidInput);
    await expect(updateUser(em, hr, id, { managerId: 999_999 })).rejects.toBeInstanceOf(InvalidInput);
  });

  test('who has been offboarded is refused', async () => {
    const gone = await someone(database);
    await leave(database, gone);
    const id = await someone(database);
    await expect(updateUser(em, hr, id, { managerId: gone })).rejects.toMatchObject({
      code: 'manager-offboarded',
    });
  });

  test('who is completed concurrently is refused or cleared', async () => {
    for (let round = 0; round < 10; round++) {
      const manager = await someone(database, { endDate: '2026-01-31' });
      const id = await someone(database);
      const [offboarding] = await offboardingsOf(database, manager);
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

describe('after completion', () => {
  test('equal values are accepted, and name and department may change', async () => {
    const id = await someone(database);
    await leave(database, id);
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
      const id = await someone(database);
      await leave(database, id);
      await expect(updateUser(em, hr, id, changes)).rejects.toMatchObject({ code: 'already-offboarded' });
    },
  );
});
