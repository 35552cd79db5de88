import { Migration } from '@mikro-orm/migrations';

/** Lets open pages also follow facts that are about no leaver, and that a leaver's page shows. */
export class Migration20261201000200_LiveFacts extends Migration {
  override name = 'Migration20261201000200_LiveFacts';

  override up(): void {
    this.addSql(names);
    this.addSql(items);
    this.addSql(mails);
    this.addSql(settings);
  }
}

/**
 * A person is named as the manager of others, among those who were notified, and as someone of the same name. Each of
 * these lists ends after 200 people, because more than about a hundred topics become "many". An admin is named on
 * pages of all kinds, as the owner, an author, an actor or a visitor.
 */
const names = `
create function pages_naming(person int, role text, old_name text, new_name text) returns text[]
language sql stable as $$
  select case when role <> 'employee' and old_name <> new_name then array['many'] else array(
    (select 'leaver:' || id from users
     where old_name <> new_name and manager_id = person limit 200)
    union
    (select 'queue' from users
     where old_name <> new_name and manager_id = person and (end_date is not null or status = 'offboarded') limit 1)
    union
    (select 'leaver:' || u.id from notifications n join users u on u.id = n.about_user_id and not u.assignable
     where old_name <> new_name and n.user_id = person limit 200)
    union
    (select 'leaver:' || id from users
     where status = 'active' and id <> person and folded(name) in (folded(old_name), folded(new_name)) limit 200)) end;
$$;
create constraint trigger named_users_are_followed after update of name, status, email, external_id on users
  deferrable initially deferred for each row
  when (case when (old.name, old.status, old.email, old.external_id)
      is distinct from (new.name, new.status, new.email, new.external_id)
    then is_first_change(variadic pages_naming(new.id, new.role, old.name, new.name)) else false end)
  execute function notify_of_changes();`;

/** A record also shows devices and seats that its person no longer has. */
const items = `
create function holders_of_license(license int) returns text[] language sql stable as $$
  select array(select distinct 'leaver:' || user_id from seats where license_id = license limit 200);
$$;
create constraint trigger licenses_are_followed after update of name, vendor on licenses
  deferrable initially deferred for each row
  when (case when (old.name, old.vendor) is distinct from (new.name, new.vendor)
    then is_first_change(variadic holders_of_license(new.id)) else false end)
  execute function notify_of_changes();
drop trigger assets_are_followed on assets;
drop function holder_of;
create function holders_of_asset(asset int) returns text[] language sql stable as $$
  select array(select distinct 'leaver:' || user_id from assignments where asset_id = asset limit 200);
$$;
create constraint trigger assets_are_followed after update of tag, serial, model, location on assets
  deferrable initially deferred for each row
  when (is_first_change(variadic holders_of_asset(new.id))) execute function notify_of_changes();`;

/**
 * The record of a completed offboarding shows all mails and notifications. A checklist shows only mails that failed or
 * are tried again, so a digest that arrives changes no checklist.
 */
const mails = `
create function record_of(person int) returns text language sql stable as $$
  select 'leaver:' || id from users where id = person and not assignable;
$$;
create function pages_with_mail(mail int, offboarding int, is_on_checklists boolean) returns text[]
language sql stable as $$
  select array(
    select case when is_on_checklists then 'leaver:' || about.id else record_of(about.id) end from (
      select about_user_id as id from notifications where mail_id = mail
      union
      select leaver_of(offboarding)) about
    where about.id is not null limit 200);
$$;
create constraint trigger new_mails_are_followed after insert on mails deferrable initially deferred for each row
  when (is_first_change(record_of(leaver_of(new.offboarding_id)))) execute function notify_of_changes();
create constraint trigger mails_are_followed after update of state, outcome, attempts, next_try_at on mails
  deferrable initially deferred for each row
  when (is_first_change(variadic pages_with_mail(new.id, new.offboarding_id, 'failed' in (old.state, new.state)
    or old.state = 'pending' and old.attempts > 0 or new.state = 'pending' and new.attempts > 0)))
  execute function notify_of_changes();
create constraint trigger recorded_notifications_are_followed after insert or update of mail_id on notifications
  deferrable initially deferred for each row
  when (is_first_change(record_of(new.about_user_id))) execute function notify_of_changes();
create constraint trigger reminders_by_hand_are_followed after insert on reminders_by_hand
  deferrable initially deferred for each row
  when (is_first_change('leaver:' || leaver_of(new.offboarding_id))) execute function notify_of_changes();`;

/** Settings change seldom, and are shown on pages of all kinds. */
const settings = `
create constraint trigger endpoints_are_followed after update of url on webhook_endpoints
  deferrable initially deferred for each row
  when (case when old.url <> new.url then is_first_change('many') else false end)
  execute function notify_of_changes();
create constraint trigger workspace_is_followed after update on workspace deferrable initially deferred for each row
  when (is_first_change('many')) execute function notify_of_changes();`;
