import { type RawBuilder, sql } from 'kysely';

/** The person whom an external id names, else the one whom an e-mail address does: for `left join lateral`. */
export const personNamed = (reference: RawBuilder<unknown>) => sql`(
  select p.id, p.name, p.status, p.offboarding_completed_at is not null as is_gone from users p
  where p.external_id = ${reference} or lower(p.email) = lower(${reference})
  order by p.external_id = ${reference} desc nulls last limit 1)`;

/** Whether another line of the file adds the person whom an external id or an e-mail address names. */
export const isComing = (
  importId: number,
  reference: RawBuilder<unknown>,
  line: RawBuilder<unknown>,
) => sql`exists (
  select from import_rows c
  where c.import_id = ${importId} and (c.key = ${reference} or c.other_key = lower(${reference}))
    and c.line <> ${line} and c.problems = '[]' and c.outcome is distinct from 'failed')`;
