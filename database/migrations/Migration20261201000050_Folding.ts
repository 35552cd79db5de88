import { Migration } from '@mikro-orm/migrations';

/**
 * Decides which identifiers are equal. Rows that collide already are marked as duplicates and stay outside the unique
 * index, so that the migration never fails on data. A row comes under the index when it or its counterpart changes.
 */
export class Migration20261201000050_Folding extends Migration {
  override name = 'Migration20261201000050_Folding';

  override up(): void {
    this.addSql(folding);
    for (const identifier of identifiers) {
      this.addSql(marks(identifier));
      this.addSql(settles(identifier));
    }
    this.addSql(lookUps);
  }
}

/**
 * Canonical caseless matching (Unicode 16, D145), composed again. The collation is explicit, because that of the database
 * would make the function depend on the operating system.
 */
const folding = `
create function folded(value text) returns text language sql immutable strict parallel safe
  return normalize(casefold(normalize(value, NFD) collate pg_unicode_fast), NFC);`;

/** Of rows with equal identifiers, the one that is spelled the same. An address belongs to people who have not left. */
const lookUps = `
create function person_with_external_id(wanted text) returns int language sql stable strict parallel safe
  begin atomic
    select id from (
      select id, external_id, 1 as place from users
      where folded(external_id) = folded(wanted) and not external_id_is_duplicate
      union all
      select id, external_id, 2 from users
      where folded(external_id) = folded(wanted) and external_id_is_duplicate
    ) equal order by external_id = wanted desc, place, id limit 1;
  end;
create function person_with_email(wanted text) returns int language sql stable strict parallel safe
  begin atomic
    select id from (
      select id, email, 1 as place from users
      where folded(email) = folded(wanted) and offboarding_completed_at is null and not email_is_duplicate
      union all
      select id, email, 2 from users
      where folded(email) = folded(wanted) and offboarding_completed_at is null and email_is_duplicate
    ) equal order by email = wanted desc, place, id limit 1;
  end;
create function asset_with_tag(wanted text) returns int language sql stable strict parallel safe
  begin atomic
    select id from (
      select id, tag, 1 as place from assets where folded(tag) = folded(wanted) and not tag_is_duplicate
      union all
      select id, tag, 2 from assets where folded(tag) = folded(wanted) and tag_is_duplicate
    ) equal order by tag = wanted desc, place, id limit 1;
  end;`;

interface Identifier {
  table: string;
  column: string;
  /** What has to hold for a row besides being no duplicate. */
  where?: string;
  /** Drops the unique constraint or index that compared differently. */
  drop: string;
}

const identifiers: readonly Identifier[] = [
  {
    table: 'users',
    column: 'external_id',
    drop: 'alter table users drop constraint users_external_id_unique',
  },
  {
    table: 'users',
    column: 'email',
    where: 'offboarding_completed_at is null',
    drop: 'drop index users_email_unique',
  },
  { table: 'assets', column: 'tag', drop: 'alter table assets drop constraint assets_tag_unique' },
  {
    table: 'api_tokens',
    column: 'name',
    where: 'revoked_at is null',
    drop: 'drop index api_tokens_name_unique',
  },
];

const mark = (column: string) => `${column}_is_duplicate`;

/** Of rows that are equal now, the oldest stays under the unique index. */
const marks = ({ table, column, where, drop }: Identifier) => `
${drop};
alter table ${table} add column ${mark(column)} boolean not null default false;
update ${table} set ${mark(column)} = true where id in (
  select id from (
    select id, row_number() over (partition by folded(${column}) order by id) as place
    from ${table} where ${column} is not null and ${where ?? 'true'}
  ) numbered where place > 1);
create unique index ${table}_${column}_unique on ${table} (folded(${column}))
  where ${where === undefined ? '' : `${where} and `}not ${mark(column)};
create index ${table}_${column}_duplicates_index on ${table} (folded(${column})) where ${mark(column)};`;

/** A changed row is compared like a new one, and the oldest duplicate takes the place that a row leaves. */
const settles = ({ table, column, where = 'true' }: Identifier) => `
create function unmark_${table}_${column}() returns trigger language plpgsql as $$
begin
  new.${mark(column)} := false;
  return new;
end $$;
create trigger ${table}_${column}_unmark before update of ${column} on ${table} for each row
  when (old.${mark(column)} and folded(old.${column}) is distinct from folded(new.${column}))
  execute function unmark_${table}_${column}();
create function settle_${table}_${column}() returns trigger language plpgsql as $$
begin
  update ${table} set ${mark(column)} = false
  where id = (select min(id) from ${table} where ${mark(column)} and folded(${column}) = folded(old.${column}))
    and not exists (
      select from ${table}
      where folded(${column}) = folded(old.${column}) and ${where} and not ${mark(column)});
  return null;
end $$;
create trigger ${table}_${column}_settle after update on ${table} for each row
  when (not old.${mark(column)} and (old.${column} is distinct from new.${column} or ${leaves(table)}))
  execute function settle_${table}_${column}();`;

/** When a row gives up its identifier without changing it. */
const leaves = (table: string) =>
  ({
    users: 'old.offboarding_completed_at is distinct from new.offboarding_completed_at',
    api_tokens: 'old.revoked_at is distinct from new.revoked_at',
  })[table] ?? 'false';
