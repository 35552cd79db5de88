import { sql } from 'kysely';
import type { UserFacts } from '../../domain/imports/user-facts.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { FactsOfLine } from './evaluate.ts';
import { findPerson, isAddedByFile } from './person-lookup.ts';

/** The stored facts about the users of some lines, in one statement. */
export async function userFacts(
  em: EntityManager,
  importId: number,
  lines: readonly number[],
): Promise<FactsOfLine<UserFacts>[]> {
  const { rows } = await sql<UserFacts & { line: number }>`
    with lines as materialized (
      select line, stated, key, other_key, stated->>'manager' as manager, address_chain, address_problem, closes_circle
      from import_rows where import_id = ${importId} and line = any(${lines}::int[])
    ), found as (
      select lines.*, e.id as email_owner_id, e.external_id as email_owner_key,
        coalesce(x.id, case when lines.key is null or e.external_id is null then e.id end) as user_id
      from lines
      left join users x on x.id = person_with_external_id(lines.stated->>'externalId')
      left join users e on e.id = person_with_email(lines.stated->>'email')
    )
    select f.line, f.stated as "values", f.email_owner_id as "emailOwnerId", f.address_chain as "addressChain",
      f.address_chain is not null and exists (
        select from import_rows o where o.import_id = ${importId} and o.address_chain = f.address_chain
          and o.key = folded(f.email_owner_key)) as "emailIsFreed",
      f.address_problem as "addressProblem", f.closes_circle as "closesCircle",
      case when u.id is not null then jsonb_build_object(
        'id', u.id, 'externalId', u.external_id, 'name', u.name, 'email', u.email,
        'department', u.department, 'jobTitle', u.job_title, 'startDate', u.start_date, 'endDate', u.end_date,
        'timeZone', u.time_zone, 'status', u.status, 'managerId', u.manager_id, 'managerName', um.name,
        'isGone', u.offboarding_completed_at is not null, 'isErased', u.erased_at is not null, 'isLeaving', o.id is not null) end as user,
      case when m.id is not null then jsonb_build_object('id', m.id, 'name', m.name, 'isGone', m.is_gone, 'fitsToo', m.fits_too) end as manager,
      f.manager is not null and m.id is null and ${isAddedByFile(importId, sql`f.manager`, sql`f.line`)} as "managerIsInFile",
      coalesce(folded(f.manager) in (f.key, f.other_key), false) as "managerIsSelf"
    from found f
    left join users u on u.id = f.user_id
    left join users um on um.id = u.manager_id
    left join offboardings o on o.user_id = u.id and o.state = 'open'
    left join lateral ${findPerson(sql`f.manager`)} m on f.manager is not null`.execute(sqlOf(em));
  return rows.map(({ line, ...facts }) => ({
    line,
    facts,
    subjectId: facts.user?.id ?? null,
    isErased: facts.user?.isErased ?? false,
  }));
}
