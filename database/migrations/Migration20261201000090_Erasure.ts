import { Migration } from '@mikro-orm/migrations';

/** Erases the name, the address and the title of former employees, and every text that names them. */
export class Migration20261201000090_Erasure extends Migration {
  override name = 'Migration20261201000090_Erasure';

  override up(): void {
    this.addSql(columns);
    this.addSql(erasedStaysErased);
    this.addSql(texts);
    this.addSql(erasing);
    this.addSql(trail);
    this.addSql(eraseFromTrail);
  }
}

/** The check also keeps every later statement from giving an erased person a name again. */
const columns = `
create function erased_name(person int) returns text language sql immutable strict parallel safe
  return 'Former employee #' || person::text;
alter table users add column erased_at timestamptz null;
alter table users add constraint users_erased_check check (erased_at is null or (
  offboarding_completed_at is not null and name = erased_name(id) and job_title is null and password_hash is null
  and coalesce(email = 'former-' || id::text || '@invalid', true)));
create index users_to_erase_index on users (offboarding_completed_at, id)
  where offboarding_completed_at is not null and erased_at is null;
alter table workspace add column erase_after_months int null;
alter table workspace add constraint workspace_erase_check check (erase_after_months between 1 and 120);`;

const erasedStaysErased = `
create trigger erased_people_stay before update on users for each row
  when (old.erased_at is not null and new.erased_at is distinct from old.erased_at)
  execute function refuse_undoing();`;

/**
 * The texts that identify a person, and patterns that find them in other texts. `identifying_pattern` is for texts about
 * others. It leaves out a name or an address that another person has now, because it would erase that person too.
 * The patterns also find the texts as JSON escapes them. Every name is written with its schema, because the definer of
 * `erase_from_trail` has no other in its search path.
 */
const texts = String.raw`
create function texts_of_person(person int) returns table (kind text, value text)
  language sql stable parallel safe as $$
  select distinct found.kind, found.value from (
    select v.kind, v.value from public.users u
      cross join lateral (values ('name', u.name), ('email', u.email), ('jobTitle', u.job_title)) v (kind, value)
      where u.id = person
    union all
    select k, e.details->>k from public.audit_entries e cross join unnest(array['name', 'email']) k
      where e.user_id = person and e.action = 'user.created'
    union all
    select f.field, v.value from public.audit_entries e
      cross join lateral jsonb_array_elements_text(
        case jsonb_typeof(e.details->'fields') when 'array' then e.details->'fields' else '[]' end)
        with ordinality f (field, place)
      cross join lateral (values (e.details->'from'->>(f.place::int - 1)), (e.details->'to'->>(f.place::int - 1))) v (value)
      where e.user_id = person and e.action = 'user.updated' and f.field in ('name', 'email', 'jobTitle')
  ) found where length(found.value) > 1
$$;
create function pattern_of(names text[], addresses text[]) returns text
  language sql immutable parallel safe as $$
  select '(?:' || string_agg(form.before || regexp_replace(
      form.value collate pg_catalog.pg_unicode_fast, '([^\w\s])', '\\\1', 'g'), '|' order by length(form.value) desc)
    || ')(?!\w)'
  from (
    select distinct t.before, v.value
    from (
      select '(?<!\w)' as before, n as value from unnest(names) n
      union all
      select '(?<![\w.+-])', a from unnest(addresses) a
    ) t cross join lateral (
      values (t.value), (substr(to_json(t.value)::text, 2, length(to_json(t.value)::text) - 2))) v (value)
  ) form
$$;
create function own_pattern(person int) returns text language sql stable parallel safe as $$
  select public.pattern_of(
    array_agg(t.value) filter (where t.kind <> 'email'), array_agg(t.value) filter (where t.kind = 'email'))
  from public.texts_of_person(person) t
$$;
create function identifying_pattern(person int) returns text language sql stable parallel safe as $$
  select public.pattern_of(
    array_agg(t.value) filter (where t.kind = 'name' and not exists (
      select from public.users o where lower(o.name) = lower(t.value) and o.id <> person)),
    array_agg(t.value) filter (where t.kind = 'email' and public.person_with_email(t.value) is null))
  from public.texts_of_person(person) t
$$;
create function is_named(value text, pattern text) returns boolean language sql immutable parallel safe
  return coalesce(value collate pg_catalog.pg_unicode_fast ~* pattern, false);
create function erased_text(value text, pattern text, person int) returns text language sql immutable parallel safe
  return case when pattern is null then value
    else regexp_replace(value collate pg_catalog.pg_unicode_fast, pattern, public.erased_name(person), 'gi') end;`;

/**
 * Erases a person from a JSON value: the fields of objects that are the person, and all texts that the pattern finds.
 * An external id stays, because the HR system must find the person.
 */
const erasing = `
create function erased_json(value jsonb, person int, pattern text) returns jsonb
  language plpgsql immutable parallel safe as $$
declare
  is_person boolean;
begin
  case jsonb_typeof(value)
    when 'string' then
      return to_jsonb(public.erased_text(value #>> '{}', pattern, person));
    when 'array' then
      return (select coalesce(jsonb_agg(public.erased_json(v.element, person, pattern) order by v.place), '[]')
        from jsonb_array_elements(value) with ordinality v (element, place));
    when 'object' then
      is_person := value->'id' = to_jsonb(person) and (value->'email' is not null or value->>'type' = 'user');
      return (select coalesce(jsonb_object_agg(v.key, case
          when v.key = 'externalId' or jsonb_typeof(v.element) = 'null' then v.element
          when is_person and v.key = 'name' then to_jsonb(public.erased_name(person))
          when is_person and v.key = 'email' then to_jsonb('former-' || person::text || '@invalid')
          when is_person and v.key = 'jobTitle' then 'null'
          else public.erased_json(v.element, person, pattern) end), '{}')
        from jsonb_each(value) v (key, element));
    else
      return value;
  end case;
end $$;
create function erased_details(
  action text, user_id int, details jsonb, person int, own text, identifying text) returns jsonb
  language plpgsql immutable parallel safe as $$
declare
  is_own boolean := coalesce(user_id = person, false);
begin
  return (select coalesce(jsonb_object_agg(v.key, case
      when is_own and (v.key in ('note', 'reason') or action like 'user.%' and v.key in ('name', 'email', 'jobTitle')) then
        case when coalesce(v.element #>> '{}', '') = '' then v.element else to_jsonb(public.erased_name(person)) end
      when is_own and action = 'user.updated' and v.key in ('from', 'to') and jsonb_typeof(v.element) = 'array' then
        (select coalesce(jsonb_agg(case
            when details->'fields'->>(t.place::int - 1) in ('name', 'email', 'jobTitle') and t.value <> ''
              then public.erased_name(person)
            else t.value end order by t.place), '[]')
          from jsonb_array_elements_text(v.element) with ordinality t (value, place))
      when v.key in ('note', 'reason', 'item', 'location', 'model', 'description')
        or (action not like 'user.%' and v.key in ('from', 'to')) then
        public.erased_json(v.element, person, case when is_own then own else identifying end)
      else v.element end), '{}')
    from jsonb_each(details) v (key, element));
end $$;`;

/**
 * An update of the trail is still refused, also to the owner of the table, unless `erase_from_trail` runs. Then the
 * second trigger decides what is written, so that an update can do nothing but erase a person who has completed.
 */
const trail = `
create or replace function refuse_audit_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and coalesce(current_setting('lastday.erasure', true), '') <> '' then
    return null;
  end if;
  raise exception 'the audit trail cannot be changed' using errcode = 'insufficient_privilege';
end $$;
create function allow_erasure_only() returns trigger language plpgsql as $$
declare
  erasure jsonb := nullif(current_setting('lastday.erasure', true), '')::jsonb;
begin
  if not exists (select from public.users u where u.id = (erasure->>'person')::int
      and u.offboarding_completed_at is not null and u.erased_at is null) then
    raise exception 'the audit trail cannot be changed' using errcode = 'insufficient_privilege';
  end if;
  new := old;
  new.details := public.erased_details(old.action, old.user_id, old.details,
    (erasure->>'person')::int, erasure->>'own', erasure->>'identifying');
  return new;
end $$;
create trigger audit_entries_are_only_erased before update on audit_entries
  for each row execute function allow_erasure_only();`;

/**
 * Erases a person who has completed from the trail, and returns how many entries it changed. It runs as the owner,
 * because the application's role cannot update entries. It takes nothing but the person: what to look for, it reads.
 */
const eraseFromTrail = `
create function erase_from_trail(person int) returns int language plpgsql
  security definer set search_path = pg_catalog, pg_temp as $$
declare
  own text;
  identifying text;
  erased int;
begin
  perform from public.users u
    where u.id = person and u.offboarding_completed_at is not null and u.erased_at is null for update;
  if not found then
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
end $$;
revoke execute on function erase_from_trail(int) from public;`;
