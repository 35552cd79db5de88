import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { BenchEnvironment } from '../environment.ts';

/** People in each group of the directory. */
const membersOfGroup = 500;

/** An account of the directory, as its client knows it. */
export interface Provisioned {
  id: string;
  userName: string;
  externalId: string;
}

/** Gives everybody a directory account, and groups of 500, set-based. Returns the accounts and the ids of the groups. */
export async function provisionEverybody({ ownerUrl }: BenchEnvironment) {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  await client.query('begin');
  await client.query(`
    insert into directory_accounts (id, user_id, external_id, user_name, active, attributes)
    select gen_random_uuid(), id, 'idp-' || id, 'u' || id || '@idp.example', true, jsonb_build_object(
      'displayName', name, 'nickName', null, 'title', job_title, 'userType', null, 'preferredLanguage', 'en',
      'locale', null, 'timezone', null, 'name', jsonb_build_object('formatted', name, 'givenName', null,
        'familyName', null, 'middleName', null, 'honorificPrefix', null, 'honorificSuffix', null),
      'emails', jsonb_build_array(jsonb_build_object('value', email, 'type', 'work', 'primary', true, 'display', null)),
      'phoneNumbers', '[]'::jsonb, 'employeeNumber', external_id, 'costCenter', null, 'organization', null,
      'division', null, 'department', department)
    from users where email is not null and merged_into is null and offboarding_completed_at is null`);
  await client.query(
    'update users set in_directory = true where id in (select user_id from directory_accounts)',
  );
  await client.query(
    `insert into directory_groups (id, display_name, external_id)
     select gen_random_uuid(), 'Group ' || n, 'group-' || n
     from generate_series(1, (select count(*)::int / $1 from directory_accounts)) n`,
    [membersOfGroup],
  );
  await client.query(
    `insert into directory_group_members (group_id, account_id)
     select g.id, a.id from directory_accounts a
     join (select id, row_number() over (order by seq) - 1 as place, count(*) over () as count from directory_groups) g
       on g.place = a.seq % g.count`,
  );
  // Every deactivation has all of its effects, which costs more than one that waits.
  await client.query(`update workspace set directory_limit = 'off'`);
  await client.query('commit');
  // As PostgreSQL does by itself within a minute.
  await client.query('vacuum analyze directory_accounts, directory_groups, directory_group_members, users');
  const { rows: accounts } = await client.query<Provisioned>(`
    select a.id, a.user_name as "userName", a.external_id as "externalId" from directory_accounts a
    join users u on u.id = a.user_id where u.role = 'employee' order by md5(a.id::text) limit 20000`);
  const { rows: groups } = await client.query<{ id: string }>('select id from directory_groups order by seq');
  await client.end();
  return { run: randomUUID().slice(0, 8), accounts, groups: groups.map(({ id }) => id) };
}
