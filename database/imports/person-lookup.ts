import { type RawBuilder, sql } from 'kysely';
import { emailPattern } from '../../domain/email.ts';

type Sql = RawBuilder<unknown>;

/**
 * SQL for `left join lateral`: the user with an external id, else the one who has an email now. `fits_too` is the
 * name of another user who has that address. People who completed an offboarding have given their address up, and are
 * found by their external id only. The ids and the address of a merged record lead to the one that stays. Each part uses
 * an index; one condition with "or" would read the whole table for every line.
 */
export const findPerson = (reference: Sql) => sql`(
  select id, name, status, directory_inactive, is_gone, case when place < 3 then (
    select e.name from users e where ${hasAddress(sql`named.key`)} and e.id <> named.id limit 1) end as fits_too
  from (select folded(${reference}) as key) k, lateral (
    select k.key, found.* from (
      ${byExternalId(reference, sql`k.key`, columns)} union all ${byEmail(reference, sql`k.key`, columns)}
    ) found order by place limit 1) named)`;

const columns = sql`p.id, p.name, p.status, p.directory_inactive, p.offboarding_completed_at is not null as is_gone`;

/** SQL for the id of the user with an external id, as a lateral join. `key` is the folded id. */
export const findByExternalId = (reference: Sql, key: Sql) => sql`(
  select id from (${byExternalId(reference, key, sql`p.id`)}) named order by place limit 1)`;

/**
 * SQL for the id of the user who has an email now, as a lateral join. `key` is the folded address. `is_merged`: it
 * was the address of a record that was merged into this user.
 */
export const findByEmail = (reference: Sql, key: Sql) => sql`(
  select id, external_id, place = 6 as is_merged
  from (${byEmail(reference, key, sql`p.id, p.external_id`)}) named order by place limit 1)`;

/** Of people with equal ids, first the one who is spelled the same. */
const byExternalId = (reference: Sql, key: Sql, shown: Sql) => sql`
  select case when i.external_id = ${reference} then 0 else 1 end as place, ${shown}
  from identities i join users p on p.id = i.user_id
  where i.source = 'hr' and folded(i.external_id) = ${key} and not i.external_id_is_duplicate
  union all
  select case when i.external_id = ${reference} then 0 else 2 end, ${shown}
  from identities i join users p on p.id = i.user_id
  where i.source = 'hr' and folded(i.external_id) = ${key} and i.external_id_is_duplicate`;

const byEmail = (reference: Sql, key: Sql, shown: Sql) => sql`
  select case when p.email = ${reference} then 3 else 4 end as place, ${shown} from users p
  where folded(p.email) = ${key} and p.offboarding_completed_at is null and not p.email_is_duplicate
  union all
  select case when p.email = ${reference} then 3 else 5 end, ${shown} from users p
  where folded(p.email) = ${key} and p.offboarding_completed_at is null and p.email_is_duplicate
  union all
  select 6, ${shown} from identities i join users p on p.id = i.user_id
  where i.source = 'email' and folded(i.external_id) = ${key} and not i.external_id_is_duplicate
    and p.offboarding_completed_at is null`;

/** Matches the bad cells without which a line adds no one; the others are warnings. */
const mandatory =
  '$[*].field ? (!(@ == "department" || @ == "jobTitle" || @ == "manager" || @ == "startDate" || @ == "timeZone"))';

/**
 * SQL condition: a line of the file has this external id or email, and can still be executed. Each look-up has a
 * limit, because PostgreSQL would otherwise read the whole file for "exists".
 */
export const isAddedByFile = (importId: number, reference: Sql) => sql`coalesce(
  (select true from import_rows c
    where c.import_id = ${importId} and c.key = folded(${reference}) and ${canBeAdded} limit 1),
  (select true from import_rows c
    where c.import_id = ${importId} and c.other_key = folded(${reference}) and ${canBeAdded} limit 1), false)`;

const canBeAdded = sql`c.contradictions = '[]' and c.outcome is distinct from 'failed'
    and not c.problems @? ${mandatory}::jsonpath
    and coalesce(c.stated->>'email' ~ ${emailPattern.source}, true)`;

/** SQL condition: the row `e` of users has the folded address now, which people who completed an offboarding gave up. */
export const hasAddress = (address: RawBuilder<unknown>) =>
  sql`folded(e.email) = ${address} and e.offboarding_completed_at is null and not e.email_is_duplicate`;
