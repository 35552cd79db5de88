import { type RawBuilder, sql } from 'kysely';
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

interface Identifier {
  table: string;
  column: string;
  name: string;
  where: string;
  /** What else has to be equal in the rows `f` and `d`. */
  also?: RawBuilder<unknown>;
}

const sameVendor = sql`folded(coalesce(f.vendor, '')) = folded(coalesce(d.vendor, ''))`;

const identifiers: Record<DuplicateKind, Identifier> = {
  externalId: { table: 'users', column: 'external_id', name: 'name', where: 'true' },
  email: { table: 'users', column: 'email', name: 'name', where: 'offboarding_completed_at is null' },
  tag: { table: 'assets', column: 'tag', name: 'model', where: 'true' },
  license: { table: 'licenses', column: 'name', name: 'name', where: 'true', also: sameVendor },
  token: { table: 'api_tokens', column: 'name', name: 'prefix', where: 'revoked_at is null' },
};

const pairs = sql.join(
  Object.entries(identifiers).map(([kind, { table, column, name, where, also }]) => {
    const [rows, value, label, mark] = [table, column, name, `${column}_is_duplicate`].map((part) =>
      sql.id(part),
    );
    const current = sql.raw(where);
    return sql`
      select ${sql.lit(kind)} as kind, d.id, d.${value} as value, d.${label} as name,
        f.id as "firstId", f.${value} as "firstValue", f.${label} as "firstName"
      from (select * from ${rows} where ${mark} and ${current}) d
      join (select * from ${rows} where not ${mark} and ${current}) f on folded(f.${value}) = folded(d.${value}) and ${also ?? sql`true`}`;
  }),
  sql` union all `,
);

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
