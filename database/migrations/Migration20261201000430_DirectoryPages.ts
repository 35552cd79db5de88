import { Migration } from '@mikro-orm/migrations';

/** Lists the people whom a directory made inactive, and lets the pages of the directory follow what is to decide. */
export class Migration20261201000430_DirectoryPages extends Migration {
  override name = 'Migration20261201000430_DirectoryPages';

  override up(): void {
    this.addSql(inactive);
    this.addSql(followed);
  }
}

const inactive = `
create index users_inactive_index on users (lower(name), id)
  where directory_inactive and offboarding_completed_at is null;`;

/** As in the migration Directory, with the topic of the page that lists what waits. */
const followed = `
drop trigger held_deactivations_are_followed on held_deactivations;
drop trigger ended_holds_are_followed on held_deactivations;
create constraint trigger held_deactivations_are_followed after insert or update on held_deactivations
  deferrable initially deferred for each row
  when (is_first_change('leaver:' || new.user_id, 'directory')) execute function notify_of_changes();
create constraint trigger ended_holds_are_followed after delete on held_deactivations
  deferrable initially deferred for each row
  when (is_first_change('leaver:' || old.user_id, 'directory')) execute function notify_of_changes();
create constraint trigger questions_are_followed after insert or update on directory_questions
  deferrable initially deferred for each row
  when (is_first_change('directory')) execute function notify_of_changes();
create constraint trigger ended_questions_are_followed after delete on directory_questions
  deferrable initially deferred for each row
  when (is_first_change('directory')) execute function notify_of_changes();`;
