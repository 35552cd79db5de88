import { sql } from 'kysely';
import type { UserFacts } from '../../domain/imports/user-facts.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { FactsOfLine } from './evaluate.ts';
import { findByEmail, findByExternalId, findPerson, isAddedByFile } from './person-lookup.ts';

/**
 * The stored facts about the users of some lines, in one statement. Looks each manager up once.
 *
 * An address means the person who has it now: a line that names someone who has left by the address alone is about
 * somebody new. The address of a merged record is free for someone with an external id. An external id that finds someone
 * is not stored, because it may be that of a merged record.
 */
export async function userFacts(
  em: EntityManager,
  importId: number,
  lines: readonly number[],
): Promise<FactsOfLine<UserFacts>[]> {
  const { rows } = await sql<UserFacts & { line: number }>`
    with lines as materialized (
      select line, stated, key, other_key, stated->>'manager' as manager, address_chain, address_problem, closes_circle
      from import_rows where import_id = ${importId} and line = any(${lines}::int[])
    ), managers as materialized (
      select n.reference, p.*, p.id is null and ${isAddedByFile(importId, sql`n.reference`)} as is_in_file
      from (select distinct manager as reference from lines where manager is not null) n
      left join lateral ${findPerson(sql`n.reference`)} p on true
    ), found as (
      select lines.*, e.id as email_owner_id, e.external_id as email_owner_key, x.id is not null as is_by_external_id,
        coalesce(x.id, case when lines.key is null or e.external_id is null then e.id end) as user_id
      from lines
      left join lateral ${findByExternalId(sql`(lines.stated->>'externalId')`, sql`lines.key`)} x on lines.key is not null
      left join lateral ${findByEmail(sql`(lines.stated->>'email')`, sql`lines.other_key`)} e
        on lines.other_key is not null and (lines.key is null or not e.is_merged)
    )
    select f.line, case when f.is_by_external_id then f.stated - 'externalId' else f.stated end as "values",
      f.email_owner_id as "emailOwnerId", f.address_chain as "addressChain",
      f.address_chain is not null and exists (
        select from import_rows o where o.import_id = ${importId} and o.address_chain = f.address_chain
          and o.key = folded(f.email_owner_key)) as "emailIsFreed",
      f.address_problem as "addressProblem", f.closes_circle as "closesLoop",
      case when u.id is not null then jsonb_build_object(
        'id', u.id, 'externalId', u.external_id, 'name', u.name, 'email', u.email,
        'department', u.department, 'jobTitle', u.job_title, 'startDate', u.start_date, 'endDate', u.end_date,
        'timeZone', u.time_zone, 'status', u.status, 'managerId', u.manager_id, 'managerName', um.name,
        'isGone', u.offboarding_completed_at is not null, 'isErased', u.erased_at is not null, 'isLeaving', o.id is not null,
        'ownership', jsonb_build_object('inDirectory', u.in_directory, 'isLeavingByDirectory', coalesce(o.opened_by_directory, false),
          'hrStated', u.hr_stated, 'email', u.email)) end as user,
      case when m.id is not null then jsonb_build_object('id', m.id, 'name', m.name, 'isGone', m.is_gone, 'fitsToo', m.fits_too) end as manager,
      coalesce(m.is_in_file, false) as "managerIsInFile",
      m.id is null and coalesce(folded(f.manager) in (f.key, f.other_key), false) as "managerIsSelf",
      ${namesake} as namesake, ${formerOwner} as "formerOwner"
    from found f
    left join users u on u.id = f.user_id
    left join users um on um.id = u.manager_id
    left join offboardings o on o.user_id = u.id and o.state = 'open'
    left join managers m on m.reference = f.manager`.execute(sqlOf(em));
  return rows.map(({ line, ...facts }) => ({
    line,
    facts,
    subjectId: facts.user?.id ?? null,
    isErased: facts.user?.isErased ?? false,
  }));
}

/**
 * An active person with the name of somebody new. Compared without the person of the line, because there is none yet. Reads
 * a few namesakes at most, by the index of names: sorted by id, PostgreSQL could read everyone instead.
 */
const namesake = sql`case when u.id is null then (
  select jsonb_build_object('name', n.name, 'reference', coalesce(n.email, n.external_id))
  from (
    select id, name, email, external_id from users
    where folded(name) = folded(f.stated->>'name') and status = 'active' limit 20) n
  order by n.id limit 1) end`;

/** The last person who left with the address that the line gives to another one. */
const formerOwner = sql`case when f.email_owner_id is null and f.other_key is not null then (
  select jsonb_build_object('name', n.name, 'leftOn',
    (n.offboarding_completed_at at time zone (select time_zone from workspace))::date)
  from users n
  where folded(n.email) = f.other_key and n.offboarding_completed_at is not null
    and n.id is distinct from u.id
  order by n.offboarding_completed_at desc limit 1) end`;
