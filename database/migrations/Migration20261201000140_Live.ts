import { Migration } from '@mikro-orm/migrations';

/** Notifies the web processes of what each transaction changed, so that open pages follow it. */
export class Migration20261201000140_Live extends Migration {
  override name = 'Migration20261201000140_Live';

  override up(): void {
    this.addSql(liveStreams);
    this.addSql(notification);
    this.addSql(people);
    this.addSql(items);
    this.addSql(process);
    this.addSql(readers);
  }
}

/**
 * The open streams of all web processes, which count the streams of a session and name the visitors of a checklist.
 * Unlogged, because no stream outlives a crash.
 */
const liveStreams = `
create unlogged table live_streams (
  id serial primary key,
  process_id uuid not null,
  session_key text not null,
  user_id int not null,
  leaver_id int null,
  seen_at timestamptz not null default now()
);
create index live_streams_session_index on live_streams (session_key);
create index live_streams_leaver_index on live_streams (leaver_id) where leaver_id is not null;`;

/**
 * A transaction sends one notification when it commits: the topics that it changed, or "many". A setting of the
 * transaction collects them. The first row that changes queues the deferred trigger, and later rows only add their
 * topics. So an import of thousands of rows queues one trigger, and a rolled back savepoint takes its topics back.
 * Topics hold ids, and no personal data.
 */
const notification = `
create function is_first_change(variadic topics text[]) returns boolean language plpgsql as $$
declare
  noted text := coalesce(nullif(current_setting('lastday.topics', true), ''), ' ');
  is_first boolean := noted = ' ';
  topic text;
begin
  if noted = 'many' then
    return false;
  end if;
  foreach topic in array topics loop
    continue when topic is null or strpos(noted, ' ' || topic || ' ') > 0;
    noted := noted || topic || ' ';
  end loop;
  if length(noted) > 1000 then
    noted := 'many';
  end if;
  perform set_config('lastday.topics', noted, true);
  return is_first and noted <> ' ';
end $$;
create function notify_of_changes() returns trigger language plpgsql as $$
begin
  perform pg_notify('live', trim(current_setting('lastday.topics', true)));
  perform set_config('lastday.topics', '', true);
  return null;
end $$;`;

/** The queue shows people with an end date, and people marked offboarded who are not completed. */
const people = `
create constraint trigger new_users_are_followed after insert on users deferrable initially deferred for each row
  when (case when new.end_date is not null or new.status = 'offboarded'
    then is_first_change('leaver:' || new.id, 'queue') else false end)
  execute function notify_of_changes();
create constraint trigger users_are_followed after update on users deferrable initially deferred for each row
  when (is_first_change('leaver:' || new.id, case
    when old.offboarding_completed_at is null and
      (old.end_date is not null or new.end_date is not null or 'offboarded' in (old.status, new.status))
    then 'queue' end))
  execute function notify_of_changes();
create constraint trigger offboardings_are_followed after insert or update on offboardings
  deferrable initially deferred for each row
  when (is_first_change('leaver:' || new.user_id, 'queue')) execute function notify_of_changes();`;

/** An item changes the checklist of its holder, and the counts in the queue when the holder leaves. */
const items = `
create function is_first_change_of(holder int) returns boolean language plpgsql as $$
begin
  return is_first_change('leaver:' || holder, case
    when exists (select from offboardings where user_id = holder and state = 'open') then 'queue' end);
end $$;
create function holder_of(asset int) returns int language sql stable as $$
  select user_id from assignments where asset_id = asset and returned_at is null;
$$;
create constraint trigger assignments_are_followed after insert or update on assignments
  deferrable initially deferred for each row
  when (is_first_change_of(new.user_id)) execute function notify_of_changes();
create constraint trigger corrections_are_followed after insert or update on recovery_corrections
  deferrable initially deferred for each row
  when (is_first_change_of(new.user_id)) execute function notify_of_changes();
create constraint trigger seats_are_followed after insert or update on seats
  deferrable initially deferred for each row
  when (is_first_change_of(new.user_id)) execute function notify_of_changes();
create constraint trigger requests_are_followed after insert or update on requests
  deferrable initially deferred for each row
  when (is_first_change_of(new.user_id)) execute function notify_of_changes();
create constraint trigger assets_are_followed after update of tag, serial, model, location on assets
  deferrable initially deferred for each row
  when (is_first_change('leaver:' || holder_of(new.id))) execute function notify_of_changes();`;

/** What the worker does: reminders, deliveries, notifications, imports. */
const process = `
create function leaver_of(offboarding int) returns int language sql stable as $$
  select user_id from offboardings where id = offboarding;
$$;
create function leaver_of_event(event text) returns int language sql stable as $$
  select o.user_id from webhook_events e join offboardings o on o.id = e.offboarding_id where e.id = event;
$$;
create constraint trigger reminders_are_followed after update of fired_at, skipped_at on reminders
  deferrable initially deferred for each row
  when (is_first_change('leaver:' || leaver_of(new.offboarding_id))) execute function notify_of_changes();
create constraint trigger deliveries_are_followed after insert or update of state, next_try_at on webhook_deliveries
  deferrable initially deferred for each row
  when (is_first_change('leaver:' || leaver_of_event(new.event_id))) execute function notify_of_changes();
create constraint trigger notifications_are_followed after insert or update of read_at on notifications
  deferrable initially deferred for each row
  when (is_first_change('notifications:' || new.user_id)) execute function notify_of_changes();
create constraint trigger imports_are_followed after insert or update on imports
  deferrable initially deferred for each row
  when (is_first_change('import:' || new.id, 'imports')) execute function notify_of_changes();`;

/** A stream ends with its session. An expired session needs no notification, because its end is known before. */
const readers = `
create constraint trigger ended_sessions_are_followed after delete on sessions
  deferrable initially deferred for each row
  when (is_first_change('sessions')) execute function notify_of_changes();
create constraint trigger visits_are_followed after insert on live_streams deferrable initially deferred for each row
  when (is_first_change('visitors:' || new.leaver_id)) execute function notify_of_changes();
create constraint trigger ended_visits_are_followed after delete on live_streams
  deferrable initially deferred for each row
  when (is_first_change('visitors:' || old.leaver_id)) execute function notify_of_changes();`;
