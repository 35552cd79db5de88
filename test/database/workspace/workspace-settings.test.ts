import pg from 'pg';
import { expect, test } from 'vitest';
import { AuditEntry, Offboarding, Outbox, Reminder } from '../../../database/entities/index.ts';
import { setEndDate } from '../../../database/offboarding/offboardings.ts';
import { createUser, userById } from '../../../database/people/users.ts';
import { updateWorkspace } from '../../../database/workspace/settings.ts';
import { eventually } from '../../../testing/cast/engine.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { asOwner } from '../../../testing/servers/owner.ts';

const { database, ownerUrl } = await ownDatabase();
const { em } = database;
const actor = 'user:1';

let people = 0;
const leaver = async (fields: { timeZone?: string } = {}) => {
  const number = ++people;
  const person = {
    name: `Leaver ${number}`,
    email: `leaver${number}@x.example`,
    endDate: '2099-05-04',
    ...fields,
  };
  return createUser(em, 'system', person);
};
/** The due times of a person's waiting reminders. */
async function dueOf(userId: number) {
  const { id } = await em.fork().findOneOrFail(Offboarding, { userId });
  const waiting = { offboardingId: id, firedAt: null, skippedAt: null };
  const rows = await em.fork().find(Reminder, waiting, { orderBy: { dueAt: 'asc' } });
  return rows.map((row) => `${row.kind} ${row.dueAt.toISOString()}`);
}

test('another time zone reschedules users without their own, with outbox rows', async () => {
  const here = await leaver();
  const elsewhere = await leaver({ timeZone: 'Asia/Tokyo' });
  const before = await dueOf(elsewhere);
  const { revision } = await userById(em, here);

  await updateWorkspace(em, actor, { name: 'Lastday', timeZone: 'Pacific/Tongatapu' });

  expect(await dueOf(here)).toEqual([
    'before_last_day 2099-04-26T11:00:00.000Z',
    'before_last_day 2099-05-02T11:00:00.000Z',
    'last_day_over 2099-05-04T11:00:00.000Z',
  ]);
  expect(await dueOf(elsewhere)).toEqual(before);
  expect((await userById(em, here)).revision).toBe(revision + 1);
  expect(await em.fork().count(Outbox, { userId: here })).toBe(2);
  expect(await em.fork().count(Outbox, { userId: elsewhere })).toBe(1);
});

test('changing the time zone back makes the former reminders due again, once', async () => {
  const id = await leaver();
  const before = await dueOf(id);
  await updateWorkspace(em, actor, { name: 'Lastday', timeZone: 'America/Los_Angeles' });
  expect(await dueOf(id)).not.toEqual(before);
  await updateWorkspace(em, actor, { name: 'Lastday', timeZone: 'Pacific/Tongatapu' });
  expect(await dueOf(id)).toEqual(before);
});

test('a reminder that has fired does not fire again', async () => {
  const id = await leaver();
  const { id: offboardingId } = await em.fork().findOneOrFail(Offboarding, { userId: id });
  await em
    .fork()
    .nativeUpdate(Reminder, { offboardingId, kind: 'before_last_day', days: 7 }, { firedAt: new Date() });
  await updateWorkspace(em, actor, { name: 'Lastday', timeZone: 'UTC' });
  await updateWorkspace(em, actor, { name: 'Lastday', timeZone: 'Pacific/Tongatapu' });
  expect(
    (await dueOf(id)).filter((reminder) => reminder === 'before_last_day 2099-04-26T11:00:00.000Z'),
  ).toEqual([]);
});

test('a new name writes an audit entry, and equal settings write none', async () => {
  const noted = () => em.fork().count(AuditEntry, { action: 'workspace.updated' });
  const before = await noted();
  await updateWorkspace(em, actor, { name: 'Lastday', timeZone: 'Pacific/Tongatapu' });
  expect(await noted()).toBe(before);
  const outbox = await em.fork().count(Outbox, {});
  await updateWorkspace(em, actor, { name: 'Nordwind', timeZone: 'Pacific/Tongatapu' });
  expect(await noted()).toBe(before + 1);
  expect(await em.fork().count(Outbox, {})).toBe(outbox);
});

test('an end date set during a change of the time zone gets reminders in the new zone', async () => {
  await updateWorkspace(em, actor, { name: 'Lastday', timeZone: 'UTC' });
  const id = await createUser(em, 'system', { name: 'Late', email: 'late@x.example' });
  // The change of the date stops after it has scheduled reminders, until the test releases the lock.
  const gate = 4711;
  await asOwner(
    ownerUrl,
    `create function wait_at_gate() returns trigger language plpgsql as
      $$ begin perform pg_advisory_xact_lock_shared(${gate}); return new; end $$`,
    `create trigger wait_at_gate before insert on outbox for each row when (new.user_id = ${id}) execute function wait_at_gate()`,
  );
  const holder = new pg.Client({ connectionString: ownerUrl });
  await holder.connect();
  await holder.query(`select pg_advisory_lock(${gate})`);
  const waiting = async (count: number) => {
    const { rows } = await holder.query(`
      select count(*)::int as count from pg_locks l join pg_stat_activity a using (pid)
      where a.datname = current_database() and not l.granted`);
    return rows[0].count >= count;
  };

  const date = setEndDate(em, 'system', id, '2099-05-04');
  await eventually(() => waiting(1));
  const zone = updateWorkspace(em, actor, { name: 'Lastday', timeZone: 'Pacific/Tongatapu' });
  // It waits for the change of the date, because that one has locked the settings.
  await Promise.race([zone, eventually(() => waiting(2))]);
  await holder.end();
  await Promise.all([date, zone]);

  expect(await dueOf(id)).toEqual([
    'before_last_day 2099-04-26T11:00:00.000Z',
    'before_last_day 2099-05-02T11:00:00.000Z',
    'last_day_over 2099-05-04T11:00:00.000Z',
  ]);
});
