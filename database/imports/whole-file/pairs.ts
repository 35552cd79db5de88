import { type RawBuilder, sql } from 'kysely';
import type { ImportKind } from '../../../domain/imports/imports.ts';
import { findPerson, hasAddress } from '../person-lookup.ts';

type Sql = RawBuilder<unknown>;

/** SQL for the pairs of lines about the same subject: the first one, a later one, and how that shows. */
export const pairsOf: Record<ImportKind, (importId: number) => Sql> = {
  users: (importId) => sql`
    ${withFirst(importId, sql`key`, 'externalId', 'is about the same external ID')}
    union all ${byAddress(importId)}
    union all ${byStoredPerson(importId)}`,
  assets: (importId) => withFirst(importId, sql`key`, 'tag', 'is about the same asset'),
  licenses: (importId) => sql`
    select first, line, 'license' as field, 'is about the same seat' as words from (
      select line, first_value(line) over (
        partition by key, coalesce('#' || p.id, other_key) order by line) as first
      from import_rows r left join lateral ${findPerson(sql`r.stated->>'user'`)} p on r.other_key is not null
      where import_id = ${importId} and key is not null) g
    where first <> line`,
};

const withFirst = (importId: number, key: Sql, field: string, words: string) => sql`
  select first, line, ${field}::text as field, ${words}::text as words from (
    select line, first_value(line) over (partition by ${key} order by line) as first
    from import_rows where import_id = ${importId} and ${key} is not null) g
  where first <> line`;

/**
 * Two lines with one address and different external ids are about two people, and only the address is in doubt. They are
 * a pair when someone without an external id has the address now, because both lines find that person.
 */
const byAddress = (importId: number) => sql`
  select p.* from (${withFirst(importId, sql`other_key`, 'email', 'has the same email')}) p
  join import_rows a on a.import_id = ${importId} and a.line = p.first
  join import_rows b on b.import_id = ${importId} and b.line = p.line
  where a.key is null or b.key is null or a.key = b.key
    or exists (select from users e where ${hasAddress(sql`a.other_key`)} and e.external_id is null)`;

/** Pairs of a line with an external id, and one with nothing but the email that this person has now. */
const byStoredPerson = (importId: number) => sql`
  select least(a.line, b.line), greatest(a.line, b.line), 'email', 'is about the same person'
  from import_rows b
  join users e on ${hasAddress(sql`b.other_key`)}
  join import_rows a on a.import_id = b.import_id and a.key = folded(e.external_id)
  where b.import_id = ${importId} and b.key is null and a.other_key is distinct from b.other_key`;

/**
 * SQL for the fields in which the lines `a` and `b` of a pair differ. A key that only one of them states is completed from
 * the stored person, so that a line by external id and one by email can state the same.
 */
export const differencesOf: Record<ImportKind, Sql> = {
  users: sql`(
    case when ${keyOf('a')} is distinct from ${keyOf('b')} then array['externalId'] else '{}' end
    || case when ${otherKeyOf('a')} is distinct from ${otherKeyOf('b')} then array['email'] else '{}' end
    || ${differentFields(['externalId', 'email'])})`,
  assets: differentFields(['tag']),
  licenses: differentFields(['license', 'user']),
};

function differentFields(keys: readonly string[]): Sql {
  return sql`array(
    select field from (select jsonb_object_keys(a.stated) as field union select jsonb_object_keys(b.stated)) f
    where field <> all(${keys}::text[]) and a.stated->field is distinct from b.stated->field order by field)`;
}

function keyOf(line: 'a' | 'b'): Sql {
  const row = sql.ref(line);
  return sql`coalesce(${row}.key, (
    select folded(e.external_id) from users e where ${hasAddress(sql`${row}.other_key`)}))`;
}

function otherKeyOf(line: 'a' | 'b'): Sql {
  const row = sql.ref(line);
  return sql`coalesce(${row}.other_key, (
    select folded(u.email) from users u where folded(u.external_id) = ${row}.key and not u.external_id_is_duplicate))`;
}
