import { type RawBuilder, sql } from 'kysely';
import { emailPattern } from '../../domain/email.ts';

/**
 * SQL for `left join lateral`: the user with an external id, else the one with an e-mail address. `fits_too` is the name
 * of another user with that address. An address finds only people who have not left.
 */
export const findPerson = (reference: RawBuilder<unknown>) => sql`(
  select id, name, status, is_gone, fits_too from (
    select 1 as place, ${columns},
      (select e.name from users e where e.id = person_with_email(${reference}) and e.id <> p.id) as fits_too
    from users p where p.id = person_with_external_id(${reference})
    union all
    select 2, ${columns}, null from users p where p.id = person_with_email(${reference})
  ) named order by place limit 1)`;

const columns = sql`p.id, p.name, p.status, p.offboarding_completed_at is not null as is_gone`;

/** SQL condition: another line of the file has this external id or e-mail address, and can still be executed. */
export const isAddedByFile = (
  importId: number,
  reference: RawBuilder<unknown>,
  line: RawBuilder<unknown>,
) => sql`(
  exists (select from import_rows c where c.import_id = ${importId} and c.key = folded(${reference}) and ${canBeAdded(line)})
  or exists (select from import_rows c
    where c.import_id = ${importId} and c.other_key = folded(${reference}) and ${canBeAdded(line)}))`;

const canBeAdded = (line: RawBuilder<unknown>) =>
  sql`c.line <> ${line} and c.contradictions = '[]' and c.outcome is distinct from 'failed'
    and not c.problems @? ${mandatory}::jsonpath
    and coalesce(c.stated->>'email' ~ ${emailPattern.source}, true)`;

/** Matches the bad cells without which a line adds no one; the others are warnings. */
const mandatory =
  '$[*].field ? (!(@ == "department" || @ == "jobTitle" || @ == "manager" || @ == "startDate" || @ == "timeZone"))';

/** SQL condition: the row `e` of users has the folded address now, which people who completed an offboarding gave up. */
export const hasAddress = (address: RawBuilder<unknown>) =>
  sql`folded(e.email) = ${address} and e.offboarding_completed_at is null and not e.email_is_duplicate`;
