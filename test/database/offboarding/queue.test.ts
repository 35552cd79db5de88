import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { sqlOf } from '../../../database/core/tables.ts';
import { Offboarding, User } from '../../../database/entities/index.ts';
import { createAsset } from '../../../database/inventory/assets.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { queueOf } from '../../../database/offboarding/queue.ts';
import { queueOverview } from '../../../database/offboarding/queue-overview.ts';
import { createUser, updateUser } from '../../../database/people/users.ts';
import { addDays } from '../../../domain/dates.ts';
import { lookAheads } from '../../../domain/offboarding/queue.ts';
import {
  noFilter,
  type QueueGroup,
  type QueueQuery,
  queueGroupNames,
  soonestFirst,
} from '../../../domain/offboarding/queue-groups.ts';
import { userStatuses } from '../../../domain/user-status.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { belongsInQueue, inSafetyNet, leavesSoon, type QueueCandidate, queueOrder } from './queue-rule.ts';

const { database } = await ownDatabase();
const { em } = database;
const today = '2026-11-24';
const people: (QueueCandidate & { id: number })[] = [];
const departments = ['Design', 'Sales'];
const zoe = await createUser(em, 'system', { name: 'Zoë Adams', email: 'zoe@x.example' });

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
  const department = departments[Math.floor(number / 2) % 2]!;
  const id = await createUser(em, 'system', {
    // The names are in another order than the ids.
    name: `P${(number * 7) % 100}`,
    email: `p${number}@x.example`,
    endDate,
    department,
    managerId: number % 3 === 0 ? zoe : null,
  });
  if (hardware > 0) {
    const asset = { tag: `Q-${number}`, serial: null, model: 'Laptop', location: null };
    await assignAsset(em, 'system', await createAsset(em, 'system', asset), id);
  }
  await updateUser(em, 'system', id, { status });
  return { id, status, endDate, hardware };
}

const wholeQueue: QueueQuery = {
  lookAhead: 30,
  group: null,
  ...noFilter,
  sort: soonestFirst,
};

/** The ids on the first two pages. */
async function listed(asked: Partial<QueueQuery>): Promise<number[]> {
  const pages = [1, 2].map((page) => queueOf(em.fork(), { ...wholeQueue, ...asked }, today, page));
  return (await Promise.all(pages)).flat().map(({ id }) => id);
}

const overview = (asked: Partial<QueueQuery> = {}) =>
  queueOverview(em.fork(), { ...wholeQueue, ...asked }, today);

const numberOf = async (asked: Partial<QueueQuery>) => {
  const { groups, queue } = await overview(asked);
  return asked.group ? groups[asked.group] : queue;
};

test.each(lookAheads)(
  'a look-ahead of %i days lists the people of the rule, in its order',
  async (lookAhead) => {
    const expected = people.filter((person) => belongsInQueue(person, today, lookAhead)).sort(queueOrder);
    expect(await listed({ lookAhead })).toEqual(expected.map(({ id }) => id));
    expect(await numberOf({ lookAhead })).toBe(expected.length);
  },
);

const rules: Record<Exclude<QueueGroup, 'outside'>, (person: QueueCandidate) => boolean> = {
  overdue: (person) => leavesSoon(person, today, 180) && person.endDate! < today,
  today: (person) => leavesSoon(person, today, 180) && person.endDate === today,
  week: (person) => leavesSoon(person, today, 7) && person.endDate! >= today,
  ready: (person) => leavesSoon(person, today, 30) && person.hardware === 0,
  net: inSafetyNet,
};

test.each(Object.entries(rules))('the group %s lists the people of its rule', async (name, rule) => {
  const group = name as QueueGroup;
  const expected = people.filter(rule).sort(queueOrder);
  expect(expected.length).toBeGreaterThan(0);
  expect(await listed({ group })).toEqual(expected.map(({ id }) => id));
  expect(await numberOf({ group })).toBe(expected.length);
});

test('every open offboarding is in the queue or outside the window', async () => {
  const open = await em.fork().find(Offboarding, { state: 'open' });
  for (const lookAhead of lookAheads) {
    const shown = await listed({ lookAhead });
    const outside = await listed({ lookAhead, group: 'outside' });
    expect(outside.filter((id) => shown.includes(id))).toEqual([]);
    expect(new Set([...shown, ...outside])).toEqual(new Set([...shown, ...open.map(({ userId }) => userId)]));
    expect(await numberOf({ lookAhead, group: 'outside' })).toBe(outside.length);
  }
});

test.each(queueGroupNames)('the group %s is filtered by department and manager', async (group) => {
  const users = await em.fork().find(User, { id: await listed({ group }) });
  const ids = (fits: (user: User) => boolean) =>
    users
      .filter(fits)
      .map(({ id }) => id)
      .sort(byNumber);
  const filters: [Partial<QueueQuery>, (user: User) => boolean][] = [
    [{ department: 'Sales' }, (user) => user.department === 'Sales'],
    [{ manager: 'zoe ad' }, (user) => user.managerId === zoe],
    [{ manager: 'Z' }, (user) => user.managerId === zoe],
    [{ manager: 'o' }, () => false],
    [
      { department: 'Sales', manager: 'Adams' },
      (user) => user.department === 'Sales' && user.managerId === zoe,
    ],
  ];
  for (const [filter, fits] of filters) {
    expect((await listed({ group, ...filter })).sort(byNumber)).toEqual(ids(fits));
    expect(await numberOf({ group, ...filter })).toBe(ids(fits).length);
  }
  expect((await overview()).departments).toEqual(['Design', 'Sales']);
});

const byNumber = (a: number, b: number) => a - b;

test('the queue is sorted by end date, name or open items, both ways, and always by id at last', async () => {
  const rows = async (column: QueueQuery['sort']['column'], backwards: boolean) => {
    const pages = [1, 2].map((page) =>
      queueOf(em.fork(), { ...wholeQueue, lookAhead: 180, sort: { column, backwards } }, today, page),
    );
    return (await Promise.all(pages)).flat();
  };
  const names = (await rows('name', false)).map(({ name }) => name);
  expect(names).toEqual(names.toSorted());
  expect((await rows('name', true)).map(({ name }) => name)).toEqual(names.toReversed());
  const open = (await rows('open', true)).map(({ hardware, id }) => [-hardware, -id]);
  expect(open).toEqual(open.toSorted((a, b) => a[0]! - b[0]! || a[1]! - b[1]!));
  const [soonest, latest] = [await rows('end-date', false), await rows('end-date', true)];
  const dated = latest.filter(({ endDate }) => endDate !== null);
  expect(dated).toEqual(soonest.filter(({ endDate }) => endDate !== null).toReversed());
  expect(latest.slice(dated.length).every(({ endDate }) => endDate === null)).toBe(true);
});

/** People with an open offboarding whom the widest look-ahead does not list, by the rule. */
async function outsideLookAheads() {
  const open = await em.fork().find(Offboarding, { state: 'open' });
  const users = await em.fork().find(User, { id: open.map(({ userId }) => userId) });
  const candidates = users.map(({ id, status, endDate }) => {
    const hardware = people.find((person) => person.id === id)?.hardware ?? 0;
    return { id, status, endDate: endDate ?? null, hardware };
  });
  return candidates.filter((person) => !belongsInQueue(person, today, 180));
}

async function expectTheOthers() {
  const others = (await outsideLookAheads()).sort(queueOrder);
  expect(await listed({ lookAhead: 180, group: 'outside' })).toEqual(others.map(({ id }) => id));
  expect((await overview()).elsewhere).toBe(others.length);
  return others.length;
}

test('people outside every look-ahead are counted and listed', async () => {
  expect(await expectTheOthers()).toBeGreaterThan(2);
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
