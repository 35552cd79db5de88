-- The schema of version 0.1.0, as its two migrations made it. The proof of the upgrade starts from it: never change it.

-- Migration20261201000000_Tables
create table "assets" ("id" serial primary key, "tag" text not null, "serial" text null, "model" text not null, "location" text null, "status" text not null default 'in_stock', "condition" text null, "created_at" timestamptz not null default now());
alter table "assets" add constraint "assets_tag_unique" unique ("tag");
create index "assets_status_index" on "assets" ("status", "id");
create table "heartbeats" ("worker" text not null, "seen_at" timestamptz not null default now(), primary key ("worker"));
create table "idempotency_keys" ("token_id" int not null, "key" text not null, "fingerprint" text not null, "answer" jsonb null, "created_at" timestamptz not null default now(), "running_until" timestamptz null, primary key ("token_id", "key"));
create index "idempotency_keys_created_at_index" on "idempotency_keys" ("created_at");
create table "imports" ("id" serial primary key, "kind" text not null, "state" text not null default 'staging', "file_name" text not null, "separator" text not null default ',', "columns" jsonb not null default '[]', "row_count" int not null default 0, "preview" jsonb null, "previewed_at" timestamptz null, "results" jsonb null, "created_by" text not null, "created_at" timestamptz not null default now(), "started_by" text null, "started_at" timestamptz null, "ended_at" timestamptz null, "lines_deleted_at" timestamptz null, "counted_to" int not null default 0);
create index imports_under_way_index on imports (id) where state in ('starting', 'running', 'cancelling');
create table "import_rows" ("import_id" int not null, "line" int not null, "cells" text[] not null, "stated" jsonb not null, "key" text null, "other_key" text null, "problems" jsonb not null default '[]', "verdict" text null, "judgement" jsonb null, "leaving" text null, "subject_id" int null, "outcome" text null, "manager_pending" boolean not null default false, primary key ("import_id", "line"));
create index "import_rows_key_index" on "import_rows" ("import_id", "key");
create index "import_rows_other_key_index" on "import_rows" ("import_id", "other_key");
create index import_rows_waiting_index on import_rows (import_id, line) where outcome is null;
create index import_rows_pending_index on import_rows (import_id, line) where manager_pending;
create index "import_rows_verdict_index" on "import_rows" ("import_id", "verdict", "line");
create index "import_rows_outcome_index" on "import_rows" ("import_id", "outcome", "line");
create index import_rows_leaving_index on import_rows (import_id, leaving) where leaving is not null;
create table "licenses" ("id" serial primary key, "name" text not null, "vendor" text null, "seats_total" int not null, "seats_used" int not null default 0, "created_at" timestamptz not null default now());
create table "sessions" ("sid" text not null, "sess" jsonb not null, "expire" timestamptz not null, primary key ("sid"));
create index "sessions_expire_index" on "sessions" ("expire");
create index sessions_user_index on sessions ((sess->>'userId'));
create table "users" ("id" serial primary key, "external_id" text null, "name" text not null, "email" text not null, "department" text null, "job_title" text null, "start_date" date null, "end_date" date null, "time_zone" text null, "status" text not null default 'active', "role" text not null default 'employee', "no_mail_about" text[] not null default '{}', "password_hash" text null, "revision" int not null default 0, "source_updated_at" jsonb not null default '{}', "offboarding_completed_at" timestamptz null, "created_at" timestamptz not null default now(), "assignable" boolean generated always as (offboarding_completed_at is null) stored null, "manager_id" int null, "managed" boolean generated always as (CASE WHEN (manager_id IS NOT NULL) THEN true ELSE NULL::boolean END) stored null);
alter table "users" add constraint "users_external_id_unique" unique ("external_id");
create index "users_manager_id_index" on "users" ("manager_id");
create unique index users_email_unique on users (lower(email));
create index users_queue_index on users (end_date, id) where end_date is not null and status <> 'offboarded';
create index "users_department_index" on "users" ("department");
create index users_name_index on users (lower(name), id);
create index users_role_index on users (role) where role <> 'employee';
alter table "users" add constraint "users_id_assignable_unique" unique ("id", "assignable");
create table "seats" ("id" serial primary key, "license_id" int not null, "user_id" int not null, "assigned_at" timestamptz not null default now(), "revoked_at" timestamptz null, "live" boolean generated always as (CASE WHEN (revoked_at IS NULL) THEN true ELSE NULL::boolean END) stored null);
create index "seats_license_id_index" on "seats" ("license_id");
create index "seats_user_live_index" on "seats" ("user_id", "live");
create unique index "seats_one_per_user" on "seats" ("license_id", "user_id") where revoked_at IS NULL;
create table "requests" ("id" serial primary key, "user_id" int not null, "item" text not null default 'Not specified', "reason" text null, "status" text not null default 'pending', "created_at" timestamptz not null default now(), "approved_at" timestamptz null, "resolved_at" timestamptz null, "note" text null, "live" boolean generated always as (CASE WHEN (status = ANY (ARRAY['pending'::text, 'approved'::text])) THEN true ELSE NULL::boolean END) stored null);
create index "requests_user_live_index" on "requests" ("user_id", "live");
create index "requests_status_index" on "requests" ("status", "id");
create table "outbox" ("id" serial primary key, "user_id" int not null, "offboarding_id" int null, "facts" text[] not null, "created_at" timestamptz not null default now(), "attempts" int not null default 0, "next_try_at" timestamptz not null default now(), "sent_at" timestamptz null);
create index outbox_unsent_index on outbox (next_try_at, id) where sent_at is null;
create index outbox_sent_index on outbox (sent_at) where sent_at is not null;
create table "one_time_links" ("id" serial primary key, "user_id" int not null, "purpose" text not null, "hash" text not null, "created_at" timestamptz not null default now(), "expires_at" timestamptz not null, "used_at" timestamptz null);
create index "one_time_links_user_id_index" on "one_time_links" ("user_id");
alter table "one_time_links" add constraint "one_time_links_hash_unique" unique ("hash");
create table "offboardings" ("id" serial primary key, "user_id" int not null, "state" text not null default 'open', "opened_at" timestamptz not null default now(), "opened_by" text not null default 'system', "opened_for_completion_at" timestamptz null, "closed_at" timestamptz null, "completed_by" text null, "cancelled_by" text null, "failed_step" text null, "deactivated_on" date null, "ready_told_at" timestamptz null, "last_day" date null);
create index "offboardings_user_id_index" on "offboardings" ("user_id");
create index offboardings_open_index on offboardings (id) where state = 'open';
create index offboardings_last_day_index on offboardings (last_day, user_id) where state = 'open';
create index offboardings_failed_index on offboardings (id) where failed_step is not null;
create unique index "offboardings_one_open" on "offboardings" ("user_id") where state = 'open';
create table "reminders" ("id" serial primary key, "offboarding_id" int not null, "last_day" date not null, "kind" text not null, "days" int not null, "due_at" timestamptz not null, "fired_at" timestamptz null, "skipped_at" timestamptz null, "skip_reason" text null);
alter table "reminders" add constraint "reminders_moment_unique" unique ("offboarding_id", "last_day", "kind", "days");
create index reminders_next_index on reminders (offboarding_id, due_at, id)
      where fired_at is null and skipped_at is null;
create index reminders_due_index on reminders (due_at)
      where coalesce(fired_at, skipped_at) is null;
create table "notifications" ("id" serial primary key, "user_id" int not null, "kind" text not null, "about_user_id" int null, "details" jsonb not null default '{}', "created_at" timestamptz not null default now(), "read_at" timestamptz null, "mail_considered_at" timestamptz null, "mail_id" int null);
create index "notifications_user_id_index" on "notifications" ("user_id", "id");
create index notifications_unread_index on notifications (user_id) where read_at is null;
create index notifications_unread_days_index on notifications
      (user_id, kind, ((created_at at time zone 'UTC')::date)) where read_at is null and (kind in ('offboarding_reminder', 'offboarding_ready', 'mail_failed', 'webhook_failed')
  and about_user_id is distinct from user_id);
create index notifications_unread_single_index on notifications
      (user_id) where read_at is null and not (kind in ('offboarding_reminder', 'offboarding_ready', 'mail_failed', 'webhook_failed')
  and about_user_id is distinct from user_id);
create index notifications_unconsidered_index on notifications (id) where mail_considered_at is null;
create index notifications_mail_index on notifications (mail_id) where mail_id is not null;
create index "notifications_about_index" on "notifications" ("about_user_id");
create table "mails" ("id" serial primary key, "user_id" int not null, "kind" text not null, "offboarding_id" int null, "day" date null, "state" text not null default 'pending', "attempts" int not null default 0, "outcome" text null, "created_at" timestamptz not null default now(), "next_try_at" timestamptz not null default now(), "closed_at" timestamptz null);
create index "mails_offboarding_id_index" on "mails" ("offboarding_id");
create index mails_pending_index on mails (id) where state = 'pending';
create index mails_closed_at_index on mails (closed_at) where closed_at is not null;
alter table "mails" add constraint "mails_digest_unique" unique ("user_id", "kind", "day");
create table "audit_entries" ("id" serial primary key, "at" timestamptz not null default now(), "actor" text not null, "action" text not null, "user_id" int null, "details" jsonb not null default '{}');
create index "audit_entries_user_id_index" on "audit_entries" ("user_id", "id");
create index "audit_entries_action_index" on "audit_entries" ("action", "id");
create table "assignments" ("id" serial primary key, "asset_id" int not null, "user_id" int not null, "assigned_at" timestamptz not null default now(), "returned_at" timestamptz null, "condition" text null, "note" text null, "live" boolean generated always as (CASE WHEN (returned_at IS NULL) THEN true ELSE NULL::boolean END) stored null);
create index "assignments_asset_id_index" on "assignments" ("asset_id");
create index "assignments_user_live_index" on "assignments" ("user_id", "live");
create unique index "assignments_one_holder" on "assignments" ("asset_id") where returned_at IS NULL;
create table "api_tokens" ("id" serial primary key, "name" text not null, "prefix" text not null, "hash" text not null, "scopes" text[] not null, "created_by" int null, "created_at" timestamptz not null default now(), "last_used_at" timestamptz null, "revoked_at" timestamptz null);
alter table "api_tokens" add constraint "api_tokens_hash_unique" unique ("hash");
create index "api_tokens_created_by_index" on "api_tokens" ("created_by");
create unique index api_tokens_name_unique on api_tokens (lower(name)) where revoked_at is null;
create table "webhook_endpoints" ("id" serial primary key, "url" text not null, "description" text null, "event_types" text[] not null, "secret_encrypted" text not null, "previous_secret_encrypted" text null, "previous_secret_until" timestamptz null, "state" text not null default 'active', "stopped_at" timestamptz null, "disabled_reason" text null, "failing_since" timestamptz null, "last_failed_at" timestamptz null, "last_tried_at" timestamptz null, "last_outcome" text null, "created_at" timestamptz not null default now());
create table "webhook_events" ("id" text not null, "type" text not null, "data" jsonb not null, "offboarding_id" int null, "created_at" timestamptz not null default now(), primary key ("id"));
create index "webhook_events_created_at_index" on "webhook_events" ("created_at");
create index "webhook_events_offboarding_id_index" on "webhook_events" ("offboarding_id");
create table "webhook_deliveries" ("id" serial primary key, "event_id" text not null, "endpoint_id" int not null, "state" text not null default 'pending', "replay_of" int null, "created_at" timestamptz not null default now(), "started_at" timestamptz null, "next_try_at" timestamptz null, "closed_at" timestamptz null);
create index "webhook_deliveries_endpoint_index" on "webhook_deliveries" ("endpoint_id", "id");
create index "webhook_deliveries_event_index" on "webhook_deliveries" ("event_id");
create index webhook_deliveries_pending_index on webhook_deliveries (id) where state = 'pending';
create index webhook_deliveries_missed_index on webhook_deliveries (endpoint_id, closed_at) where state in ('failed', 'disabled');
create index webhook_deliveries_unstarted_index on webhook_deliveries (id) where state = 'pending' and started_at is null;
create table "webhook_attempts" ("id" serial primary key, "delivery_id" int not null, "number" int not null, "at" timestamptz not null default now(), "url" text not null, "request_headers" jsonb not null default '{}', "outcome" text not null, "status_code" int null, "duration_ms" int not null, "response" text null, "retry_at" timestamptz null);
alter table "webhook_attempts" add constraint "webhook_attempts_number_unique" unique ("delivery_id", "number");
create table "workspace" ("id" serial primary key, "name" text not null, "time_zone" text not null default 'UTC', "date_format" text not null default 'YYYY-MM-DD', "brake_count" int not null default 5, "brake_percent" int not null default 2, "remind_days_before" int[] not null default '{7,1}', "remind_overdue_every" int not null default 3, "digest_hour" int not null default 0);
alter table "assets" add constraint "assets_status_check" check (status in ('in_stock', 'assigned', 'in_repair', 'retired', 'lost'));
alter table "assets" add constraint "assets_condition_check" check (condition in ('good', 'worn', 'damaged', 'broken'));
alter table "imports" add constraint "imports_kind_check" check (kind in ('users', 'assets', 'licenses'));
alter table "imports" add constraint "imports_state_check" check (state in ('staging', 'ready', 'starting', 'running', 'cancelling', 'done', 'cancelled', 'failed'));
alter table "import_rows" add constraint "import_rows_import_id_foreign" foreign key ("import_id") references "imports" ("id") on update no action on delete no action;
alter table "import_rows" add constraint "import_rows_verdict_check" check (verdict in ('create', 'change', 'same', 'error'));
alter table "import_rows" add constraint "import_rows_leaving_check" check (leaving in ('starts', 'moves', 'stops'));
alter table "import_rows" add constraint "import_rows_outcome_check" check (outcome in ('created', 'changed', 'unchanged', 'failed'));
alter table "licenses" add constraint "licenses_seats_check" check (seats_used >= 0 and seats_used <= seats_total);
alter table "users" add constraint "users_manager_id_foreign" foreign key ("manager_id") references "users" ("id") on update no action on delete no action;
alter table "users" add constraint "users_status_check" check (status in ('active', 'suspended', 'offboarded'));
alter table "users" add constraint "users_role_check" check (role in ('employee', 'it-admin', 'admin', 'super-admin'));
alter table "users" add constraint "users_not_own_manager_check" check (manager_id <> id);
alter table "users" add constraint "users_completed_check" check (offboarding_completed_at is null or (status = 'offboarded' and end_date is not null));
alter table "users" add constraint "users_dates_check" check (end_date >= start_date);
alter table "seats" add constraint "seats_license_id_foreign" foreign key ("license_id") references "licenses" ("id") on update no action on delete no action;
alter table "seats" add constraint "seats_user_id_foreign" foreign key ("user_id") references "users" ("id") on update no action on delete no action;
alter table "requests" add constraint "requests_user_id_foreign" foreign key ("user_id") references "users" ("id") on update no action on delete no action;
alter table "requests" add constraint "requests_status_check" check (status in ('pending', 'approved', 'fulfilled', 'rejected', 'cancelled'));
alter table "outbox" add constraint "outbox_user_id_foreign" foreign key ("user_id") references "users" ("id") on update no action on delete no action;
alter table "one_time_links" add constraint "one_time_links_user_id_foreign" foreign key ("user_id") references "users" ("id") on update no action on delete no action;
alter table "one_time_links" add constraint "one_time_links_purpose_check" check (purpose in ('invitation', 'sign-in'));
alter table "offboardings" add constraint "offboardings_user_id_foreign" foreign key ("user_id") references "users" ("id") on update no action on delete no action;
alter table "offboardings" add constraint "offboardings_state_check" check (state in ('open', 'completed', 'cancelled'));
alter table "offboardings" add constraint "offboardings_closed_check" check ((state = 'open') = (closed_at is null));
alter table "offboardings" add constraint "offboardings_completed_check" check (state <> 'completed' or completed_by is not null);
alter table "reminders" add constraint "reminders_offboarding_id_foreign" foreign key ("offboarding_id") references "offboardings" ("id") on update no action on delete no action;
alter table "reminders" add constraint "reminders_kind_check" check (kind in ('before_last_day', 'last_day_over', 'overdue'));
alter table "reminders" add constraint "reminders_skip_reason_check" check (skip_reason in ('too_late', 'date_moved', 'settings_changed', 'already_sent', 'nothing_open', 'cancelled', 'completed'));
alter table "notifications" add constraint "notifications_user_id_foreign" foreign key ("user_id") references "users" ("id") on update no action on delete no action;
alter table "mails" add constraint "mails_user_id_foreign" foreign key ("user_id") references "users" ("id") on update no action on delete no action;
alter table "mails" add constraint "mails_kind_check" check (kind in ('reminders', 'completions', 'problems', 'imports'));
alter table "mails" add constraint "mails_state_check" check (state in ('pending', 'sent', 'failed', 'withheld'));
alter table "mails" add constraint "mails_outcome_check" check (outcome in ('sent', 'put_off', 'refused', 'sender_refused', 'sign_in_refused', 'connection_failed', 'tls_failed', 'timed_out', 'bad_address'));
alter table "audit_entries" add constraint "audit_entries_user_id_foreign" foreign key ("user_id") references "users" ("id") on update no action on delete no action;
alter table "assignments" add constraint "assignments_asset_id_foreign" foreign key ("asset_id") references "assets" ("id") on update no action on delete no action;
alter table "assignments" add constraint "assignments_user_id_foreign" foreign key ("user_id") references "users" ("id") on update no action on delete no action;
alter table "assignments" add constraint "assignments_condition_check" check (condition in ('good', 'worn', 'damaged', 'broken'));
alter table "api_tokens" add constraint "api_tokens_created_by_foreign" foreign key ("created_by") references "users" ("id") on update no action on delete no action;
alter table "webhook_endpoints" add constraint "webhook_endpoints_state_check" check (state in ('active', 'paused', 'disabled', 'deleted'));
alter table "webhook_endpoints" add constraint "webhook_endpoints_disabled_reason_check" check (disabled_reason in ('gone', 'failing'));
alter table "webhook_deliveries" add constraint "webhook_deliveries_event_id_foreign" foreign key ("event_id") references "webhook_events" ("id") on update no action on delete no action;
alter table "webhook_deliveries" add constraint "webhook_deliveries_endpoint_id_foreign" foreign key ("endpoint_id") references "webhook_endpoints" ("id") on update no action on delete no action;
alter table "webhook_deliveries" add constraint "webhook_deliveries_state_check" check (state in ('pending', 'delivered', 'failed', 'disabled'));
alter table "webhook_attempts" add constraint "webhook_attempts_delivery_id_foreign" foreign key ("delivery_id") references "webhook_deliveries" ("id") on update no action on delete no action;
alter table "webhook_attempts" add constraint "webhook_attempts_outcome_check" check (outcome in ('delivered', 'http_error', 'throttled', 'redirected', 'gone', 'blocked_address', 'dns_failed', 'connection_failed', 'tls_failed', 'timed_out', 'response_too_large', 'not_signed'));
alter table "workspace" add constraint "workspace_one_row_check" check (id = 1);
alter table "workspace" add constraint "workspace_date_format_check" check (date_format in ('YYYY-MM-DD', 'DD.MM.YYYY', 'DD/MM/YYYY', 'DD-MM-YYYY', 'MM/DD/YYYY', 'YYYY/MM/DD'));
alter table "workspace" add constraint "workspace_reminders_check" check (remind_overdue_every between 1 and 30 and digest_hour between 0 and 23);
alter table "workspace" add constraint "workspace_brake_check" check (brake_count >= 0 and brake_percent between 0 and 100);

-- Migration20261201000001_Laws
alter table assignments add constraint assignments_assignable_user_fk
  foreign key (user_id, live) references users (id, assignable);
alter table seats add constraint seats_assignable_user_fk
  foreign key (user_id, live) references users (id, assignable);
alter table requests add constraint requests_assignable_user_fk
  foreign key (user_id, live) references users (id, assignable);
alter table users add constraint users_assignable_manager_fk
  foreign key (manager_id, managed) references users (id, assignable);
create function refuse_undoing() returns trigger language plpgsql as $$
begin
  raise exception 'what is closed stays closed' using errcode = 'insufficient_privilege';
end $$;
create trigger completions_stay before update on users for each row
  when (old.offboarding_completed_at is not null
    and new.offboarding_completed_at is distinct from old.offboarding_completed_at)
  execute function refuse_undoing();
create trigger closed_offboardings_stay before update on offboardings for each row
  when (old.state <> 'open' and new.state is distinct from old.state)
  execute function refuse_undoing();
create function begin_license_without_seats() returns trigger language plpgsql as $$
begin
  new.seats_used := 0;
  return new;
end $$;
create trigger licenses_begin_without_seats before insert on licenses
  for each row execute function begin_license_without_seats();
create function count_license_seats() returns trigger language plpgsql
  security definer set search_path = public, pg_temp as $$
declare
  before_live boolean := tg_op <> 'INSERT' and old.revoked_at is null;
  after_live boolean := tg_op <> 'DELETE' and new.revoked_at is null;
begin
  if before_live and (not after_live or old.license_id <> new.license_id) then
    update licenses set seats_used = seats_used - 1 where id = old.license_id;
  end if;
  if after_live and (not before_live or old.license_id <> new.license_id) then
    update licenses set seats_used = seats_used + 1 where id = new.license_id;
  end if;
  return null;
end $$;
create trigger seats_are_counted after insert or update or delete on seats
  for each row execute function count_license_seats();
create function take_last_day() returns trigger language plpgsql as $$
begin
  new.last_day := (select end_date from users where id = new.user_id);
  return new;
end $$;
create trigger last_day_is_taken before insert on offboardings for each row execute function take_last_day();
create function keep_last_day() returns trigger language plpgsql as $$
begin
  update offboardings set last_day = case when new.offboarding_completed_at is null then new.end_date end where user_id = new.id and state = 'open';
  return null;
end $$;
create trigger last_day_is_kept after update of end_date, offboarding_completed_at on users for each row
  when (old.end_date is distinct from new.end_date
    or old.offboarding_completed_at is distinct from new.offboarding_completed_at)
  execute function keep_last_day();
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit trail cannot be changed' using errcode = 'insufficient_privilege';
end $$;
create trigger audit_entries_stand before update or delete or truncate on audit_entries
  for each statement execute function refuse_audit_change();
create function wake_relay() returns trigger language plpgsql as $$
begin
  perform pg_notify('outbox', '');
  return null;
end $$;
create trigger outbox_wakes_relay after insert on outbox
  for each statement execute function wake_relay();
create function wake_dispatcher() returns trigger language plpgsql as $$
begin
  if exists (select from added) then
    perform pg_notify('deliveries', '');
  end if;
  return null;
end $$;
create trigger deliveries_wake_dispatcher after insert on webhook_deliveries
  referencing new table as added for each statement execute function wake_dispatcher();
create extension if not exists pg_trgm;
create index users_search_index on users using gin (name gin_trgm_ops, email gin_trgm_ops, external_id gin_trgm_ops);
create index assets_search_index on assets using gin (tag gin_trgm_ops, serial gin_trgm_ops, model gin_trgm_ops);
create index users_safety_net_index on users (id)
      where status = 'offboarded' and offboarding_completed_at is null;
alter table users set (autovacuum_vacuum_scale_factor = 0.02);
alter table import_rows alter column import_id set statistics 0;
create table rate_limits (key varchar(255) primary key, points integer not null default 0, expire bigint);
insert into workspace (id, name) values (1, 'Lastday');

create table mikro_orm_migrations (id serial primary key, name varchar(255) null, executed_at timestamptz null default current_timestamp);
insert into mikro_orm_migrations (name) values ('Migration20261201000000_Tables'), ('Migration20261201000001_Laws');
