import { sql } from 'kysely';
import type { EntityManager } from '../core/orm.ts';
import { offsetOf, type Page, pageOf, pageSize } from '../core/pagination.ts';
import { sqlOf } from '../core/tables.ts';

/** An identifier that two rows share. */
type DuplicateKind = 'externalId' | 'email' | 'tag' | 'license' | 'token';

/** Two rows with equal identifiers. The first is the one that the unique index protects. */
export interface Duplicate {
  id: number;
  kind: DuplicateKind;
  /** The identifier as the second row spells it. */
  value: string;
  name: string;
  firstId: number;
  firstValue: string;
  firstName: string;
}

const pairs = sql`
  select 'externalId' as kind, d.id, d.external_id as value, d.name,
    f.id as "firstId", f.external_id as "firstValue", f.name as "firstName"
  from users d join users f on folded(f.external_id) = folded(d.external_id) and not f.external_id_is_duplicate
  where d.external_id_is_duplicate
  union all
  select 'email', d.id, d.email, d.name, f.id, f.email, f.name
  from users d join users f on folded(f.email) = folded(d.email) and not f.email_is_duplicate
    and f.offboarding_completed_at is null
  where d.email_is_duplicate and d.offboarding_completed_at is null
  union all
  select 'tag', d.id, d.tag, d.model, f.id, f.tag, f.model
  from assets d join assets f on folded(f.tag) = folded(d.tag) and not f.tag_is_duplicate
  where d.tag_is_duplicate
  union all
  select 'license', d.id, d.name, coalesce(d.vendor, d.name), f.id, f.name, coalesce(f.vendor, f.name)
  from licenses d join licenses f on folded(f.name) = folded(d.name) and not f.name_is_duplicate
    and folded(coalesce(f.vendor, '')) = folded(coalesce(d.vendor, ''))
  where d.name_is_duplicate
  union all
  select 'token', d.id, d.name, d.prefix, f.id, f.name, f.prefix
  from api_tokens d join api_tokens f on folded(f.name) = folded(d.name) and not f.name_is_duplicate
    and f.revoked_at is null
  where d.name_is_duplicate and d.revoked_at is null`;

/** One page of the rows that share an identifier which has to be unique, by kind and identifier. */
export async function listDuplicates(em: EntityManager, page = 1): Promise<Page<Duplicate>> {
  const { rows } = await sql<Duplicate & { total: number }>`
    with pairs as (${pairs}),
      page as (
        select * from pairs order by kind, folded(value), id limit ${pageSize} offset ${offsetOf(page)})
    select total, page.* from (select count(*) as total from pairs) counted left join page on true
    order by kind, folded(value), id`.execute(sqlOf(em));
  return pageOf(rows, page);
}
