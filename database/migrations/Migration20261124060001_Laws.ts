import { Migration } from '@mikro-orm/migrations';

/** What the schema promises beyond its tables: the gate is kept, seats are counted, the audit trail stands, the relay is woken. */
export class Migration20261124060001_Laws extends Migration {
  override name = 'Migration20261124060001_Laws';

  override up(): void {
    this.addSql(gateIsKept);
    this.addSql(whatIsClosedStays);
    this.addSql(seatsAreCounted);
    this.addSql(auditTrailStands);
    this.addSql(relayIsWoken);
    this.addSql(searchIndexes);
    this.addSql(`create index users_safety_net_index on users (id)
      where status = 'offboarded' and offboarding_completed_at is null;`);
    // Statistics know nothing of a file that has just come in, and the planner would count on none of its lines.
    this.addSql(`alter table import_rows alter column import_id set statistics 0;`);
    // The shape that rate-limiter-flexible keeps its counts in.
    this.addSql(
      `create table rate_limits (key varchar(255) primary key, points integer not null default 0, expire bigint);`,
    );
    this.addSql(`insert into workspace (id, name) values (1, 'Lastday');`);
  }
}

/**
 * The gate. An open item points at (users.id, users.assignable) through its generated column, which is
 * true while it is open and NULL afterwards; `assignable` turns false with the completion. So a user with
 * anything open cannot be completed, and a completed one cannot be given anything, nor a report, by any
 * code path or by hand. A NULL is not checked (MATCH SIMPLE), so the plain keys to users stay beside these.
 */
const gateIsKept = `
alter table assignments add constraint assignments_assignable_user_fk
  foreign key (user_id, live) references users (id, assignable);
alter table seats add constraint seats_assignable_user_fk
  foreign key (user_id, live) references users (id, assignable);
alter table requests add constraint requests_assignable_user_fk
  foreign key (user_id, live) references users (id, assignable);
alter table users add constraint users_assignable_manager_fk
  foreign key (manager_id, managed) references users (id, assignable);`;

/** A completion is final, and so is the end of an offboarding: not even by hand is either undone. */
const whatIsClosedStays = `
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
  execute function refuse_undoing();`;

/**
 * Counting seats in the application alone loses a race; the check on seats_used refuses the one too many. Counting is
 * done in the owner's name: the application's role may not set the number itself.
 */
const seatsAreCounted = `
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
  for each row execute function count_license_seats();`;

const auditTrailStands = `
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit trail cannot be changed' using errcode = 'insufficient_privilege';
end $$;
create trigger audit_entries_stand before update or delete or truncate on audit_entries
  for each statement execute function refuse_audit_change();`;

/** One notification a statement; equal ones are folded by PostgreSQL within a transaction. */
const relayIsWoken = `
create function wake_relay() returns trigger language plpgsql as $$
begin
  perform pg_notify('outbox', '');
  return null;
end $$;
create trigger outbox_wakes_relay after insert on outbox
  for each statement execute function wake_relay();
create trigger deliveries_wake_relay after insert on webhook_deliveries
  for each statement execute function wake_relay();`;

const searchIndexes = `
create extension if not exists pg_trgm;
create index users_search_index on users using gin (name gin_trgm_ops, email gin_trgm_ops, external_id gin_trgm_ops);
create index assets_search_index on assets using gin (tag gin_trgm_ops, serial gin_trgm_ops, model gin_trgm_ops);`;
