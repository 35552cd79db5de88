import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { record } from '../../database/core/change.ts';
import { AuditEntry } from '../../database/entities/index.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { ownDatabase } from '../../testing/servers/database.ts';

// ASVS 16.4.2: what the application's database role cannot do, even if the application were taken over.

const own = await ownDatabase();
const { em } = own.database;
const cast = await makeCast(own.database);
const app = new pg.Client({ connectionString: own.url });

beforeAll(() => app.connect());
afterAll(() => app.end());

/** The error code with which PostgreSQL refuses a statement, or `done`. */
const asApplication = (statement: string): Promise<string> =>
  app.query(statement).then(
    () => 'done',
    (error: { code: string }) => error.code,
  );

const notAllowed = '42501';

describe('the audit trail cannot be', () => {
  test.each([
    ['changed', `update audit_entries set actor = 'system'`],
    ['changed in part', `update audit_entries set details = '{}' where id = 1`],
    [
      'changed through an insert',
      `insert into audit_entries (id, actor, action) values (1, 'system', 'x')
      on conflict (id) do update set actor = 'system'`,
    ],
    [
      'changed by a merge',
      `merge into audit_entries e using users u on e.user_id = u.id when matched then delete`,
    ],
    ['deleted', 'delete from audit_entries'],
    ['emptied', 'truncate audit_entries'],
    ['emptied with others', 'truncate users cascade'],
    ['dropped', 'drop table audit_entries'],
    ['renamed', 'alter table audit_entries rename to gone'],
    ['given another column', 'alter table audit_entries add column more text'],
    ['freed of its trigger', 'drop trigger audit_entries_stand on audit_entries'],
    ['freed of its trigger for a while', 'alter table audit_entries disable trigger all'],
    ['written as a replica, which fires no trigger', 'set session_replication_role = replica'],
    ['given to somebody else', 'alter table audit_entries owner to lastday'],
    ['opened by a grant', 'grant update on audit_entries to lastday'],
    ['hidden by a rule', 'create rule nothing as on insert to audit_entries do instead nothing'],
    ['kept from its owner', 'create policy nobody on audit_entries using (false)'],
    ['locked against others for good', 'alter table audit_entries enable row level security'],
    [
      'made to refuse nothing',
      `create or replace function refuse_audit_change() returns trigger language plpgsql
      as 'begin return null; end'`,
    ],
  ])('%s', async (_, statement) => {
    const before = await em.fork().find(AuditEntry, {}, { orderBy: { id: 1 } });
    expect(before.length).toBeGreaterThan(0);
    // Granting a privilege that the role does not have is only a warning.
    expect([notAllowed, 'done']).toContain(await asApplication(statement));
    if (!statement.startsWith('grant')) expect(await asApplication(statement)).toBe(notAllowed);
    expect(await em.fork().find(AuditEntry, {}, { orderBy: { id: 1 } })).toEqual(before);
    expect(await asApplication(`update audit_entries set actor = 'system'`)).toBe(notAllowed);
  });

  test('changed even without its trigger, because the privilege is missing', async () => {
    for (const privilege of ['update', 'delete', 'truncate', 'references', 'trigger', 'maintain']) {
      const asked = `select has_table_privilege('audit_entries', '${privilege}') as has`;
      expect([privilege, (await app.query(asked)).rows[0].has]).toEqual([privilege, false]);
    }
    const column = `select has_any_column_privilege('audit_entries', 'update') as has`;
    expect((await app.query(column)).rows[0].has).toBe(false);
  });

  test('kept from growing', async () => {
    const fork = em.fork();
    record(fork, 'system', 'user.signed_in', cast.emil.id);
    await fork.flush();
    expect(await em.fork().count(AuditEntry, { userId: cast.emil.id, action: 'user.signed_in' })).toBe(1);
  });

  test('changed by its owner without removing the trigger', async () => {
    const owner = new pg.Client({ connectionString: own.ownerUrl });
    await owner.connect();
    for (const statement of [
      `update audit_entries set actor = 'system'`,
      'delete from audit_entries where false',
      'truncate audit_entries',
    ]) {
      await expect(owner.query(statement)).rejects.toThrow('the audit trail cannot be changed');
    }
    await owner.end();
  });
});

describe('the application’s role', () => {
  test.each([
    ['makes no table', 'create table public.mine (id int)'],
    ['makes no table from another', 'create table public.copy as select * from users'],
    ['makes no view', 'create view public.mine as select 1'],
    ['makes no function', `create function public.mine() returns int language sql as 'select 1'`],
    ['makes no type', 'create type public.mine as (a int)'],
    ['makes no schema', 'create schema mine'],
    ['makes no extension', 'create extension dblink'],
    ['makes no role', 'create role mine superuser'],
    ['makes no database', 'create database mine'],
    ['gives itself no rights', 'alter role current_user superuser'],
    ['becomes nobody else', 'set role postgres'],
    ['becomes not the owner', 'set role lastday_owner'],
    ['hangs no trigger', 'create trigger mine before insert on users execute function refuse_undoing()'],
    ['alters no table', 'alter table users drop constraint users_assignable_manager_fk'],
    ['drops no law', 'drop trigger completions_stay on users'],
    ['reads no file', `select pg_read_file('/etc/passwd')`],
    ['runs no program', `copy (select 1) to program 'true'`],
    ['writes no file', `copy (select 1) to '/tmp/written-by-postgres'`],
    ['sets no number of seats', 'update licenses set seats_used = 0'],
    ['rewrites no migration', 'delete from mikro_orm_migrations'],
  ])('%s', async (_, statement) => {
    expect(await asApplication(statement)).toBe(notAllowed);
  });
});
