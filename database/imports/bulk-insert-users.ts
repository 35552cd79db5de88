import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { InvalidInput, Refusal } from '../../domain/failures.ts';
import type { UserFacts } from '../../domain/imports/user-facts.ts';
import type { EntityManager } from '../core/orm.ts';
import { isDataRefused } from '../core/postgres-errors.ts';
import { sqlOf } from '../core/tables.ts';
import { inTransaction } from '../core/transaction.ts';
import type { EvaluatedLine } from './evaluate.ts';
import { storable } from './user-lines.ts';

type Line = EvaluatedLine<UserFacts>;

/**
 * Whether a line adds someone who needs one row only: active, without an end date, and with an address that is free.
 * Others go through `createUser`.
 */
export const isPlain = ({ facts: { values, addressChain }, evaluation: { verdict } }: Line): boolean =>
  verdict === 'create' &&
  !addressChain &&
  (values.status ?? 'active') === 'active' &&
  (values.endDate ?? null) === null;

/**
 * Adds many users in one statement, with the rows and audit entries that `createUser` would write. Marks their lines as
 * done and stores their evaluations. Adds none and returns false when one breaks a constraint. The caller then adds them one by one, to
 * find out which one fails.
 */
export async function bulkInsertUsers(
  em: EntityManager,
  actor: Actor,
  importId: number,
  lines: readonly Line[],
): Promise<boolean> {
  const people = JSON.stringify(lines.map(personOf));
  try {
    await inTransaction(em, (transaction) =>
      sql`
        with person as materialized (
          select nextval(pg_get_serial_sequence('users', 'id'))::int as id, p.*
          from jsonb_to_recordset(${people}::jsonb) as p(line int, "externalId" text, name text, email text,
            department text, "jobTitle" text, "managerId" int, "startDate" date, "timeZone" text, "isPending" boolean,
            judgement jsonb, "hrStated" text[])
        ), taken as (
          update import_rows r set outcome = 'created', subject_id = p.id, manager_pending = p."isPending",
            verdict = 'create', leaving = null, judgement = p.judgement
          from person p where r.import_id = ${importId} and r.line = p.line and r.outcome is null returning p.id
        ), added as (
          insert into users (id, external_id, name, email, department, job_title, manager_id, start_date, time_zone, hr_stated, revision)
          select id, "externalId", name, email, department, "jobTitle", "managerId", "startDate", "timeZone", "hrStated",
            case when "managerId" is null then 0 else 1 end
          from person join taken using (id) order by id returning id, name, email, manager_id
        )
        insert into audit_entries (actor, action, user_id, details)
        select ${actor}::text, action, id, details from added, lateral (
          select 1 as place, 'user.created' as action, jsonb_build_object('name', name, 'email', email) as details
          union all
          select 2, 'user.manager_changed', jsonb_build_object('from', null, 'to', manager_id) where manager_id is not null
        ) entry order by id, place`.execute(sqlOf(transaction)),
    );
    return true;
  } catch (error) {
    if (error instanceof InvalidInput || error instanceof Refusal || isDataRefused(error)) return false;
    throw error;
  }
}

function personOf({ line, facts, evaluation }: Line) {
  const { fields, isPending, hrStated } = storable(facts);
  const { externalId, name, email, department, jobTitle, startDate, timeZone, managerId = null } = fields;
  const { verdict, leaving, ...judgement } = evaluation;
  return {
    line,
    externalId,
    name,
    email,
    department,
    jobTitle,
    startDate,
    timeZone,
    managerId,
    isPending,
    hrStated,
    judgement,
  };
}
