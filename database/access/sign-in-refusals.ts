import { randomInt } from 'node:crypto';
import { sql } from 'kysely';
import {
  type RefusalCause,
  refusalsKeptDays,
  type SignInRefused,
} from '../../domain/access/sign-in-refusals.ts';
import type { EntityManager } from '../core/orm.ts';
import { offsetOf, type Page, pageOf, pageSize } from '../core/pagination.ts';
import { sqlOf } from '../core/tables.ts';

/** A refused sign-in with the provider, as the settings list it. */
export interface ListedRefusal {
  id: number;
  reference: string;
  at: Date;
  cause: RefusalCause;
  detail: string | null;
  userId: number | null;
  person: string | null;
}

/** Without letters that look like digits. */
const letters = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';

/** Stores a refused sign-in, and returns the reference that its browser is shown. */
export async function recordRefusal(em: EntityManager, refused: SignInRefused): Promise<string> {
  const reference = Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('');
  await sql`
    insert into sign_in_refusals (reference, cause, user_id, detail)
    values (${reference}, ${refused.refusal}, ${refused.userId}, ${refused.detail})`.execute(
    sqlOf(em.fork()),
  );
  return reference;
}

/** Refused sign-ins, the latest first; with `reference` only the one that has it. */
export async function listRefusals(
  em: EntityManager,
  page: number,
  reference = '',
): Promise<Page<ListedRefusal>> {
  const typed = reference.toUpperCase().replaceAll(/[\s-]/g, '');
  const wanted = typed === '' ? sql`true` : sql`r.reference = ${typed}`;
  const { rows } = await sql<ListedRefusal & { total: number }>`
    select total, page.* from (select count(*) as total from sign_in_refusals r where ${wanted}) counted
    left join (
      select r.id, r.reference, r.at, r.cause, r.detail, r.user_id as "userId", u.name as person
      from sign_in_refusals r left join users u on u.id = r.user_id
      where ${wanted}
      order by r.at desc, r.id desc limit ${pageSize} offset ${offsetOf(page)}
    ) page on true
    order by page.at desc, page.id desc`.execute(sqlOf(em.fork()));
  return pageOf(rows, page);
}

/** Deletes refusals that are no longer listed. */
export async function deleteOldRefusals(em: EntityManager): Promise<void> {
  await sql`
    delete from sign_in_refusals where at < now() - make_interval(days => ${refusalsKeptDays})`.execute(
    sqlOf(em),
  );
}
