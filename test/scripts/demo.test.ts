import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../database/core/orm.ts';
import { sqlOf } from '../../database/core/tables.ts';
import { addDays } from '../../domain/dates.ts';
import { addBulk } from '../../scripts/demo/bulk.ts';
import { fillDemo } from '../../scripts/demo/fill.ts';
import { ownDatabase } from '../../testing/servers/database.ts';

const { database } = await ownDatabase();
const began = performance.now();
const people = await fillDemo(database);
const took = performance.now() - began;

const today = new Date().toISOString().slice(0, 10);

interface Leaver {
  name: string;
  status: string;
  endDate: string;
  manager: string | null;
  timeZone: string | null;
  open: string;
}

const leavers = await rowsOf<Leaver>(
  database,
  `select u.name, u.status, u.end_date as "endDate", m.name as manager, u.time_zone as "timeZone",
     concat_ws('/', (select count(*) from assignments where user_id = u.id and live),
       (select count(*) from seats where user_id = u.id and live),
       (select count(*) from requests where user_id = u.id and live)) as open
   from users u join offboardings o on o.user_id = u.id and o.state = 'open' left join users m on m.id = u.manager_id
   order by u.end_date, u.id`,
);
const leaver = (name: string) => leavers.find((each) => each.name === name);

describe('the demo workspace', () => {
  test('is filled in less than five seconds', () => {
    expect(people).toBe(120);
    expect(took).toBeLessThan(5000);
  });

  test('has the documented numbers', async () => {
    const [counts] = await rowsOf(
      database,
      `select (select count(*) from users) as users, (select count(distinct department) from users) as departments,
        (select count(*) from assets) as assets, (select count(*) from licenses) as licenses,
        (select count(*) from seats where live) as seats, (select count(*) from requests) as requests,
        (select name || ', ' || time_zone from workspace) as workspace`,
    );
    expect(counts).toEqual({
      users: 120,
      departments: 8,
      assets: 200,
      licenses: 15,
      seats: 400,
      requests: 25,
      workspace: 'Halden Robotics, UTC',
    });
  });

  test('has fourteen leavers around today and two people in the safety net', () => {
    const lastDays = leavers.filter(({ status }) => status === 'active').map(({ endDate }) => endDate);
    expect(lastDays).toEqual(
      [-12, -3, -1, 0, 0, 1, 3, 3, 5, 7, 20, 20, 60, 150].map((d) => addDays(today, d)),
    );
    const safetyNet = leavers.filter(({ status }) => status === 'offboarded');
    expect(safetyNet.map(({ open }) => open)).toEqual(['1/0/0', '2/1/0']);
  });

  test('has the typical scenarios', () => {
    expect(leaver('Marcus Weber')).toMatchObject({ open: '0/0/0', endDate: today });
    expect(leaver('Victoria Ashworth')).toMatchObject({ manager: null });
    expect(leaver('Hannah Fischer')).toMatchObject({ manager: 'Παναγιώτης Παπαδόπουλος' });
    expect(leaver('Παναγιώτης Παπαδόπουλος')).toMatchObject({ open: '3/5/1' });
    expect(leaver('Sione Tupou')).toMatchObject({ timeZone: 'Pacific/Tongatapu' });
    expect(leaver("Siobhán O'Connor")).toMatchObject({ open: '1/3/0' });
  });

  test('has one super-admin, one admin and one it-admin, who have no password and no zone of their own', async () => {
    const staff = await rowsOf(
      database,
      `select role, email from users where role <> 'employee' and password_hash is null and time_zone is null
        order by role`,
    );
    expect(staff).toEqual([
      { role: 'admin', email: 'ingrid.solberg@lastday.example' },
      { role: 'it-admin', email: 'samir.haddad@lastday.example' },
      { role: 'super-admin', email: 'admin@lastday.example' },
    ]);
  });

  test('has outbox rows, reminders and audit entries as after real changes', async () => {
    const [trace] = await rowsOf(
      database,
      `select (select count(distinct offboarding_id) from outbox) as outbox,
        (select count(distinct offboarding_id) from reminders) as reminded,
        (select count(*) from audit_entries where action = 'offboarding.opened' and actor like 'user:%') as audited`,
    );
    expect(trace).toEqual({ outbox: 16, reminded: 16, audited: 16 });
  });

  test('breaks no rule that real changes keep', async () =>
    expect(await contradictions(database)).toEqual({}));

  test('spreads its history over years, in order', async () => {
    const [history] = await rowsOf<{ years: number; disorder: number; future: number }>(
      database,
      `select extract(year from age(max(assigned_at), min(assigned_at)))::int as years,
        (select count(*) from (select at < lag(at) over (order by id) as early from audit_entries) e where early)
          as disorder,
        (select count(*) from audit_entries where at > now()) as future
      from assignments`,
    );
    expect(history!.years).toBeGreaterThan(4);
    expect(history).toMatchObject({ disorder: 0, future: 0 });
  });

  test('is not changed the second time', async () => {
    expect(await fillDemo(database)).toBeNull();
    expect(await rowsOf(database, 'select count(*) from users')).toEqual([{ count: 120 }]);
  });

  test('is the same on another machine', async () => {
    const other = await ownDatabase();
    await fillDemo(other.database);
    for (const query of [
      'select name, email, department, job_title, manager_id, time_zone from users order by id',
      'select tag, serial, model, location, status from assets order by id',
      'select user_id, license_id from seats order by id',
      'select user_id, item, status from requests order by id',
    ]) {
      expect(await rowsOf(other.database, query)).toEqual(await rowsOf(database, query));
    }
  });
});

test('bulk people are added to existing ones, with offboardings for the leavers', async () => {
  const begun: string[] = [];
  let added = 0;
  await addBulk(
    database,
    { users: 3000, leavers: 40 },
    {
      begin: (what, total) => void begun.push(`${what}: ${total}`),
      add: (count) => {
        added += count;
      },
    },
  );
  const [counts] = await rowsOf(
    database,
    `select (select count(*) from users) as users, (select count(*) from offboardings) as offboardings,
      (select count(*) from outbox where offboarding_id is not null) as outbox,
      (select count(*) from licenses) as licenses`,
  );
  expect(counts).toEqual({ users: 3120, offboardings: 56, outbox: 56, licenses: 45 });
  expect(begun).toContain('users: 3000');
  expect(begun.at(-1)).toBe('last days: 40');
  expect(added).toBe(begun.reduce((sum, line) => sum + Number(line.split(': ')[1]), 0));
  expect(await contradictions(database)).toEqual({});

  await addBulk(database, { users: 10, leavers: 10 }, { begin: () => {}, add: () => {} });
  expect(await rowsOf(database, 'select count(*) from offboardings')).toEqual([{ count: 66 }]);
});

/** The number of violations of each rule that real changes keep. Empty without violations. */
async function contradictions(of: Database): Promise<Record<string, number>> {
  const [broken] = await rowsOf<Record<string, number>>(
    of,
    `select
      (select count(*) from assets a where (status = 'assigned') <>
        exists (select from assignments where asset_id = a.id and live)) as "status against assignment",
      (select count(*) from licenses l where seats_used <>
        (select count(*) from seats where license_id = l.id and live)) as "seats miscounted",
      (select count(*) from assignments h join users u on u.id = h.user_id
        where h.assigned_at < u.start_date or h.returned_at < h.assigned_at) as "assigned before they came",
      (select count(*) from assignments h where not exists (select from audit_entries
        where action = 'asset.assigned' and user_id = h.user_id and details->'assignmentId' = to_jsonb(h.id)))
        as "assignment without a trace",
      (select count(*) from seats s where not exists (select from audit_entries
        where action = 'seat.assigned' and user_id = s.user_id and details->'seatId' = to_jsonb(s.id)))
        as "seat without a trace",
      (select count(*) from requests where (status in ('pending', 'approved')) <> (resolved_at is null)
        or (status = 'approved' and approved_at is null) or resolved_at < created_at) as "request out of order",
      (select count(*) from users u where manager_id is null and department is not null
        and name <> 'Victoria Ashworth') as "without a manager",
      (select count(*) from users where not email ~ '^[a-z0-9.]+@lastday\\.example$') as "no address"`,
  );
  return Object.fromEntries(Object.entries(broken!).filter(([, count]) => count > 0));
}

async function rowsOf<T = Record<string, unknown>>({ em }: Database, query: string): Promise<T[]> {
  return (await sql.raw<T>(query).execute(sqlOf(em.fork()))).rows;
}
