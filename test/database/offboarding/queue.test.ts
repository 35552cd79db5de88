import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { sqlOf } from '../../../database/core/tables.ts';
import { Offboarding, User } from '../../../database/entities/index.ts';
import { createAsset } from '../../../database/inventory/assets.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { queueOf } from '../../../database/offboarding/queue.ts';
import { createUser, updateUser } from '../../../database/people/users.ts';
import { addDays } from '../../../domain/dates.ts';
import { lookAheads } from '../../../domain/offboarding/queue.ts';
import { userStatuses } from '../../../domain/user-status.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { belongsInQueue, inSafetyNet, leavesSoon, type QueueCandidate, queueOrder } from './queue-rule.ts';

const { database } = await ownDatabase();
const { em } = database;
const today = '2026-11-24';
const people: (QueueCandidate & { id: number })[] = [];

/** One person of every status with every kind of end date, with hardware and without. Later ids leave earlier. */
beforeAll(async () => {
  const daysLeft = [null, 181, 180, 31, 30, 8, 7, 1, 0, 0, -1, -400];
  for (const days of daysLeft) {
    const endDate = days === null ? null : addDays(today, days);
    for (const status of userStatuses) {
      for (const hardware of [0, 1]) people.push(await someone({ status, endDate, hardware }));
    }
  }
});

async function someone({ status, endDate, hardware }: QueueCandidate) {
  const number = people.length;
  const id = await createUser(em, 'system', { name: `P${number}`, email: `p${number}@x.example`, endDate });
  if (hardware > 0) {
    const asset = { tag: `Q-${number}`, serial: null, model: 'Laptop', location: null };
    await assignAsset(em, 'system', await createAsset(em, 'system', asset), id);
  }
  await updateUser(em, 'system', id, { status });
  return { id, status, endDate, hardware };
}

test.each(lookAheads)(
  'a look-ahead of %i days lists the people of the rule, in its order',
  async (lookAhead) => {
    const expected = people.filter((person) => belongsInQueue(person, today, lookAhead)).sort(queueOrder);
    const first = await queueOf(em, { lookAhead }, today, 1);
    const second = await queueOf(em, { lookAhead }, today, 2);
    expect([...first.rows, ...second.rows].map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
    expect(first.total).toBe(expected.length);
  },
);

/** People with an open offboarding whom the widest look-ahead does not list, by the rule. */
async function outsideLookAheads() {
  const open = await em.fork().find(Offboarding, { state: 'open' });
  const users = await em.fork().find(User, { id: open.map(({ userId }) => userId) });
  const candidates = users.map(({ id, status, endDate }) => {
    const hardware = people.find((person) => person.id === id)?.hardware ?? 0;
    return { id, status, endDate: endDate ?? null, hardware };
  });
  return candidates.filter((person) => !leavesSoon(person, today, 180));
}

async function expectTheOthers() {
  const others = await outsideLookAheads();
  const { rows, total } = await queueOf(em, 'other', today, 1);
  expect(rows.map(({ id }) => id)).toEqual(others.sort(queueOrder).map(({ id }) => id));
  expect(total).toBe(others.length);
  const { elsewhere } = await queueOf(em, { lookAhead: 30 }, today, 1);
  expect(elsewhere).toBe(others.filter((person) => !inSafetyNet(person)).length);
  return others.length;
}

test('people outside every look-ahead are counted and listed', async () => {
  expect(await expectTheOthers()).toBeGreaterThan(5);
});

test('people completed with SQL whose offboarding is open are counted and listed', async () => {
  const before = await expectTheOthers();
  const { id } = await someone({ status: 'active', endDate: addDays(today, 5), hardware: 0 });
  people.push({ id, status: 'offboarded', endDate: addDays(today, 5), hardware: 0 });
  await sql`update users set status = 'offboarded', offboarding_completed_at = now() where id = ${id}`.execute(
    sqlOf(em),
  );
  expect(await expectTheOthers()).toBe(before + 1);
});

test('people whose end date was changed with SQL are counted and listed', async () => {
  const before = await expectTheOthers();
  const soon = people.find((person) => person.status === 'active' && person.endDate === addDays(today, 8))!;
  await em.execute(`update users set end_date = '2031-01-01' where id = ${soon.id}`);
  expect(await expectTheOthers()).toBe(before + 1);
  await em.execute(`update users set end_date = null where id = ${soon.id}`);
  expect(await expectTheOthers()).toBe(before + 1);
  await em.execute(`update users set end_date = '${soon.endDate}' where id = ${soon.id}`);
  expect(await expectTheOthers()).toBe(before);
});
