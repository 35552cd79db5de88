import { Migration } from '@mikro-orm/migrations';

/**
 * Says who someone is: which outside ids lead to a person, which two records are one person, and which licenses are the
 * same. Rows that collide already stay outside the unique indexes, so that the migration never fails on data.
 */
export class Migration20261201000100_Identities extends Migration {
  override name = 'Migration20261201000100_Identities';

  override up(): void {
    this.addSql(identities);
    this.addSql(keptInStep);
    this.addSql(mergedPeople);
    this.addSql(erasure);
    this.addSql(findPeople);
    this.addSql(licenses);
    this.addSql(licensesSettle);
    this.addSql(lookups);
  }
}

/** The key has no number, because every index costs time when an import adds people. */
const identities = `
create table identities (
  user_id int not null,
  source text not null,
  external_id text not null,
  external_id_is_duplicate boolean not null default false,
  created_at timestamptz not null default now(),
  constraint identities_pkey primary key (user_id, source, external_id),
  constraint identities_user_id_foreign foreign key (user_id) references users (id)
);
insert into identities (source, external_id, external_id_is_duplicate, user_id)
  select 'hr', external_id, external_id_is_duplicate, id from users where external_id is not null order by id;
create unique index identities_external_id_unique on identities (source, folded(external_id))
  where not external_id_is_duplicate;
create index identities_external_id_duplicates_index on identities (source, folded(external_id))
  where external_id_is_duplicate;`;

/**
 * \`users.external_id\` is the id that HR uses now; \`identities\` also has those of merged records. Inserts are copied by
 * one statement, because an import adds thousands of people at once. The trigger for updates comes before the one that
 * settles duplicates, which would otherwise find the old id still taken.
 */
const keptInStep = `
create function add_identities() returns trigger language plpgsql as $$
begin
  insert into identities (source, external_id, external_id_is_duplicate, user_id)
  select 'hr', external_id, external_id_is_duplicate, id from added where external_id is not null;
  return null;
end $$;
create trigger identities_are_added after insert on users
  referencing new table as added for each statement execute function add_identities();
create function follow_external_id() returns trigger language plpgsql as $$
begin
  delete from identities where source = 'hr' and user_id = new.id
    and folded(external_id) in (folded(old.external_id), folded(new.external_id));
  if new.external_id is not null then
    insert into identities (source, external_id, external_id_is_duplicate, user_id)
    values ('hr', new.external_id, new.external_id_is_duplicate, new.id);
  end if;
  return null;
end $$;
create trigger identities_follow after update on users for each row
  when (old.external_id is distinct from new.external_id
    or old.external_id_is_duplicate is distinct from new.external_id_is_duplicate)
  execute function follow_external_id();`;

/**
 * A merged record keeps its trail, and can neither be given anything nor sign in. \`assignable\` is what the keys of the
 * gate reference, so plain SQL cannot give it anything either.
 */
const mergedPeople = `
alter table users add column merged_into int null;
alter table users add constraint users_merged_into_foreign foreign key (merged_into) references users (id);
alter table users add constraint users_merged_check check (merged_into is null or (
  merged_into <> id and status = 'suspended' and role = 'employee' and password_hash is null and email is null
  and external_id is null and manager_id is null and end_date is null and offboarding_completed_at is null));
alter table users alter column assignable
  set expression as (offboarding_completed_at is null and merged_into is null);
create index users_merged_into_index on users (merged_into) where merged_into is not null;
create trigger merges_stay before update on users for each row
  when (old.merged_into is not null and new.merged_into is null)
  execute function refuse_undoing();`;

/**
 * Erasing a person erases the records that were merged into them too: their names and addresses are the person's. So the
 * functions of the migration Erasure also take a record that was merged into someone who has completed.
 */
const erasure = `
alter table users drop constraint users_erased_check;
alter table users add constraint users_erased_check check (erased_at is null or (
  (offboarding_completed_at is not null or merged_into is not null)
  and name = erased_name(id) and job_title is null and password_hash is null
  and email is null));
create or replace function texts_of_person(person int) returns table (kind text, value text)
  language sql stable parallel safe as $$
  with records as (select id from public.users where id = person or merged_into = person)
  select distinct found.kind, found.value from (
    select v.kind, v.value from public.users u
      cross join lateral (values ('name', u.name), ('email', u.email), ('jobTitle', u.job_title)) v (kind, value)
      where u.id in (select id from records)
    union all
    select 'email', i.external_id from public.identities i where i.user_id = person and i.source = 'email'
    union all
    select k, e.details->>k from public.audit_entries e cross join unnest(array['name', 'email']) k
      where e.user_id in (select id from records) and e.action in ('user.created', 'user.merged')
    union all
    select f.field, v.value from public.audit_entries e
      cross join lateral jsonb_array_elements_text(
        case jsonb_typeof(e.details->'fields') when 'array' then e.details->'fields' else '[]' end)
        with ordinality f (field, place)
      cross join lateral (values (e.details->'from'->>(f.place::int - 1)), (e.details->'to'->>(f.place::int - 1))) v (value)
      where e.user_id in (select id from records) and e.action = 'user.updated'
        and f.field in ('name', 'email', 'jobTitle')
  ) found where length(found.value) > 1
$$;
create or replace function identifying_pattern(person int) returns text language sql stable parallel safe as $$
  select public.pattern_of(
    array_agg(t.value) filter (where t.kind = 'name' and not exists (
      select from public.users o where lower(o.name) = lower(t.value) and o.id <> person
        and o.merged_into is distinct from person)),
    array_agg(t.value) filter (where t.kind = 'email' and public.person_with_email(t.value) is null))
  from public.texts_of_person(person) t
$$;
create function may_be_erased(person int) returns boolean language sql stable as $$
  select exists (
    select from public.users u where u.id = person and u.erased_at is null and (
      u.offboarding_completed_at is not null
      or exists (select from public.users k where k.id = u.merged_into and k.offboarding_completed_at is not null)))
$$;
create or replace function allow_erasure_only() returns trigger language plpgsql as $$
declare
  erasure jsonb := nullif(current_setting('lastday.erasure', true), '')::jsonb;
begin
  if not coalesce(public.may_be_erased((erasure->>'person')::int), false) then
    raise exception 'the audit trail cannot be changed' using errcode = 'insufficient_privilege';
  end if;
  new := old;
  new.details := public.erased_details(old.action, old.user_id, old.details,
    (erasure->>'person')::int, erasure->>'own', erasure->>'identifying');
  return new;
end $$;
create or replace function erase_from_trail(person int) returns int language plpgsql
  security definer set search_path = pg_catalog, pg_temp as $$
declare
  own text;
  identifying text;
  erased int;
begin
  perform from public.users u where u.id = person for update;
  if not public.may_be_erased(person) then
    raise exception 'only a person who has completed is erased' using errcode = 'insufficient_privilege';
  end if;
  own := public.own_pattern(person);
  identifying := public.identifying_pattern(person);
  perform set_config('lastday.erasure',
    jsonb_build_object('person', person, 'own', own, 'identifying', identifying)::text, true);
  update public.audit_entries e set details = e.details
    where e.user_id = person or (
      jsonb_exists_any(e.details,
        array['note', 'reason', 'item', 'location', 'model', 'description', 'from', 'to'])
      and public.is_named(e.details::text, identifying));
  get diagnostics erased = row_count;
  perform set_config('lastday.erasure', '', true);
  return erased;
end $$;`;

/**
 * The id of a person: the one who is spelled the same, else the one that a unique index protects. An address belongs to
 * someone who has not left; of a merged record it leads to the one that stays, until someone else has it.
 */
const findPeople = `
create or replace function person_with_external_id(wanted text) returns int language sql stable strict parallel safe
  begin atomic
    select user_id from (
      select user_id, external_id, 1 as place from identities
      where source = 'hr' and folded(external_id) = folded(wanted) and not external_id_is_duplicate
      union all
      select user_id, external_id, 2 from identities
      where source = 'hr' and folded(external_id) = folded(wanted) and external_id_is_duplicate
    ) equal order by external_id = wanted desc, place, user_id limit 1;
  end;
create or replace function person_with_email(wanted text) returns int language sql stable strict parallel safe
  begin atomic
    select id from (
      select id, email, 1 as place from users
      where folded(email) = folded(wanted) and offboarding_completed_at is null and not email_is_duplicate
      union all
      select id, email, 2 from users
      where folded(email) = folded(wanted) and offboarding_completed_at is null and email_is_duplicate
      union all
      select u.id, wanted, 3 from identities i join users u on u.id = i.user_id
      where i.source = 'email' and folded(i.external_id) = folded(wanted) and not i.external_id_is_duplicate
        and u.offboarding_completed_at is null
    ) equal order by place = 3, email = wanted desc, place, id limit 1;
  end;`;

/** A license is its name and its vendor, or none. */
const licenses = `
alter table licenses add column name_is_duplicate boolean not null default false;
update licenses set name_is_duplicate = true where id in (
  select id from (
    select id, row_number() over (partition by folded(name), folded(coalesce(vendor, '')) order by id) as place
    from licenses) numbered where place > 1);
create unique index licenses_name_unique on licenses (folded(name), folded(coalesce(vendor, '')))
  where not name_is_duplicate;
create index licenses_name_duplicates_index on licenses (folded(name)) where name_is_duplicate;`;

/** Like the triggers of the migration Folding. */
const licensesSettle = `
create function unmark_licenses_name() returns trigger language plpgsql as $$
begin
  new.name_is_duplicate := false;
  return new;
end $$;
create trigger licenses_name_unmark before update of name, vendor on licenses for each row
  when (old.name_is_duplicate and (folded(old.name) is distinct from folded(new.name)
    or folded(coalesce(old.vendor, '')) is distinct from folded(coalesce(new.vendor, ''))))
  execute function unmark_licenses_name();
create function settle_licenses_name() returns trigger language plpgsql as $$
begin
  update licenses set name_is_duplicate = false
  where id = (select min(id) from licenses where name_is_duplicate and folded(name) = folded(old.name)
      and folded(coalesce(vendor, '')) = folded(coalesce(old.vendor, '')))
    and not exists (
      select from licenses where folded(name) = folded(old.name)
        and folded(coalesce(vendor, '')) = folded(coalesce(old.vendor, '')) and not name_is_duplicate);
  return null;
end $$;
create trigger licenses_name_settle after update on licenses for each row
  when (not old.name_is_duplicate
    and (old.name is distinct from new.name or old.vendor is distinct from new.vendor))
  execute function settle_licenses_name();`;

/** For the notes about equal names and serials, and about the people who had an address before. */
const lookups = `
create index users_active_name_index on users (folded(name)) where status = 'active';
create index users_former_email_index on users (folded(email)) where offboarding_completed_at is not null;
create index assets_serial_index on assets (folded(serial)) where serial is not null;`;
