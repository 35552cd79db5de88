import { Migration } from '@mikro-orm/migrations';

/** Stores what a directory says of people, apart from what Lastday makes of it. */
export class Migration20261201000300_Directory extends Migration {
  override name = 'Migration20261201000300_Directory';

  override up(): void {
    this.addSql(people);
    this.addSql(accounts);
    this.addSql(identitiesFollow);
    this.addSql(findPeople);
    this.addSql(waiting);
    this.addSql(settings);
    this.addSql(followed);
  }
}

/** HR has stated every field of the people whom it knows. A later migration cannot alter a table with pending triggers. */
const people = `
alter table users
  add column directory_inactive boolean not null default false,
  add column in_directory boolean not null default false,
  add column hr_stated text[] not null default '{}';
update users set hr_stated = array_remove(array[
    'name',
    case when department is not null then 'department' end,
    case when job_title is not null then 'jobTitle' end,
    case when time_zone is not null then 'timeZone' end,
    case when end_date is not null then 'endDate' end,
    case when manager_id is not null then 'manager' end], null)
  where external_id is not null;
set constraints all immediate;
set constraints all deferred;
alter table offboardings add column opened_by_directory boolean not null default false;`;

/** An address is looked up alone, or with its type before it. */
const accounts = `
create function folded_emails(attributes jsonb) returns text[] language sql immutable parallel safe
  return array(
    select folded(e->>'value') from jsonb_array_elements(attributes->'emails') e
    union
    select folded(concat(e->>'type', ' ', e->>'value')) from jsonb_array_elements(attributes->'emails') e);
create sequence directory_accounts_seq as int;
create table directory_accounts (
  id uuid primary key,
  seq int not null default nextval('directory_accounts_seq'),
  user_id int not null,
  external_id text null,
  user_name text not null,
  active boolean not null,
  attributes jsonb not null,
  manager text null,
  version int not null default 1,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  activated_at timestamptz null,
  deactivated_at timestamptz null,
  hidden_at timestamptz null,
  constraint directory_accounts_user_id_foreign foreign key (user_id) references users (id),
  constraint directory_accounts_user_id_unique unique (user_id)
);
alter sequence directory_accounts_seq owned by directory_accounts.seq;
create unique index directory_accounts_user_name_unique on directory_accounts (folded(user_name)) where hidden_at is null;
create unique index directory_accounts_external_id_unique on directory_accounts (folded(external_id));
create index directory_accounts_seq_index on directory_accounts (seq) where hidden_at is null;
create index directory_accounts_manager_index on directory_accounts (folded(manager)) where manager is not null;
create index directory_accounts_deactivated_index on directory_accounts (deactivated_at)
  where deactivated_at is not null;
create index directory_accounts_emails_index on directory_accounts using gin (folded_emails(attributes));`;

/** A deleted account gives up its userName. Its external id still leads to the person. */
const identitiesFollow = `
create function follow_directory_account() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then
    delete from identities where source = 'scim' and folded(external_id) = folded(old.external_id);
    delete from identities where source = 'scim_user_name' and folded(external_id) = folded(old.user_name)
      and user_id = old.user_id and old.hidden_at is null;
  end if;
  if tg_op <> 'DELETE' then
    if new.external_id is not null then
      insert into identities (source, external_id, user_id) values ('scim', new.external_id, new.user_id)
      on conflict (source, folded(external_id)) where not external_id_is_duplicate
      do update set user_id = excluded.user_id, external_id = excluded.external_id;
    end if;
    if new.hidden_at is null then
      insert into identities (source, external_id, user_id) values ('scim_user_name', new.user_name, new.user_id)
      on conflict (source, folded(external_id)) where not external_id_is_duplicate
      do update set user_id = excluded.user_id, external_id = excluded.external_id;
    end if;
  end if;
  return null;
end $$;
create trigger new_accounts_are_identities after insert on directory_accounts for each row
  execute function follow_directory_account();
create trigger identities_follow_accounts after update on directory_accounts for each row
  when (old.external_id is distinct from new.external_id or old.user_name <> new.user_name
    or old.hidden_at is distinct from new.hidden_at or old.user_id <> new.user_id)
  execute function follow_directory_account();
create trigger identities_of_deleted_accounts_go after delete on directory_accounts for each row
  execute function follow_directory_account();`;

/** The person whom a directory names: by the id of an account, its external id, its userName, or HR's id. */
const findPeople = `
create function uuid_of(value text) returns uuid language plpgsql immutable strict parallel safe as $$
begin
  return case when value ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then value end;
end $$;
create function person_in_directory(wanted text) returns int language sql stable strict parallel safe
  begin atomic
    select coalesce(
      (select user_id from directory_accounts where id = uuid_of(wanted)),
      (select user_id from identities where source = 'scim' and folded(external_id) = folded(wanted)
        and not external_id_is_duplicate),
      (select user_id from identities where source = 'scim_user_name' and folded(external_id) = folded(wanted)
        and not external_id_is_duplicate),
      person_with_external_id(wanted));
  end;`;

const waiting = `
create table held_deactivations (
  user_id int primary key,
  reason text not null,
  held_at timestamptz not null default now(),
  constraint held_deactivations_user_id_foreign foreign key (user_id) references users (id),
  constraint held_deactivations_reason_check check (reason in ('limit', 'last-super-admin'))
);
create table directory_questions (
  id serial primary key,
  kind text not null,
  candidates int[] not null,
  user_name text not null,
  external_id text null,
  name text not null,
  email text null,
  asked_at timestamptz not null default now(),
  decided_at timestamptz null,
  decided_user_id int null,
  constraint directory_questions_decided_user_id_foreign foreign key (decided_user_id) references users (id),
  constraint directory_questions_kind_check check (kind in ('person', 'address'))
);
create unique index directory_questions_unique on directory_questions (kind, folded(user_name));
create index directory_questions_external_id_index on directory_questions (folded(external_id))
  where external_id is not null;
create index directory_questions_open_index on directory_questions (id) where decided_at is null;
create index directory_questions_candidates_index on directory_questions using gin (candidates);`;

const settings = `
alter table workspace
  add column directory_limit text not null default 'on',
  add column directory_limit_count int not null default 5,
  add column directory_limit_percent int not null default 2;
alter table workspace add constraint workspace_directory_limit_check check (
  directory_limit in ('on', 'off') and directory_limit_count >= 0 and directory_limit_percent between 0 and 100);`;

/** Like the triggers of the migration Live. */
const followed = `
create constraint trigger accounts_are_followed after insert or update on directory_accounts
  deferrable initially deferred for each row
  when (is_first_change('leaver:' || new.user_id)) execute function notify_of_changes();
create constraint trigger held_deactivations_are_followed after insert or update on held_deactivations
  deferrable initially deferred for each row
  when (is_first_change('leaver:' || new.user_id)) execute function notify_of_changes();
create constraint trigger ended_holds_are_followed after delete on held_deactivations
  deferrable initially deferred for each row
  when (is_first_change('leaver:' || old.user_id)) execute function notify_of_changes();`;
