import { type RawBuilder, sql } from 'kysely';

/**
 * The person whom an external id names, else the one whom an e-mail address does: for `left join lateral`. Two
 * looks into an index each; one condition with "or" would read the whole table for every line.
 */
export const findPerson = (reference: RawBuilder<unknown>) => sql`(
  select id, name, status, is_gone from (
    select 1 as place, ${columns} from users p where p.external_id = ${reference}
    union all
    select 2, ${columns} from users p where lower(p.email) = lower(${reference})
  ) named order by place limit 1)`;

const columns = sql`p.id, p.name, p.status, p.offboarding_completed_at is not null as is_gone`;

/** Whether another line of the file adds the person whom an external id or an e-mail address names. */
export const isComing = (importId: number, reference: RawBuilder<unknown>, line: RawBuilder<unknown>) => sql`(
  exists (select from import_rows c where c.import_id = ${importId} and c.key = ${reference} and ${canCome(line)})
  or exists (select from import_rows c
    where c.import_id = ${importId} and c.other_key = lower(${reference}) and ${canCome(line)}))`;

const canCome = (line: RawBuilder<unknown>) =>
  sql`c.line <> ${line} and c.problems = '[]' and c.outcome is distinct from 'failed'`;
