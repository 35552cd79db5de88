import { Migration } from '@mikro-orm/migrations';

/** Says which admin handles a leaver, what admins noted about them, and what an open item waits for until which day. */
export class Migration20261201000170_Handling extends Migration {
  override name = 'Migration20261201000170_Handling';

  override up(): void {
    this.addSql(owners);
    this.addSql(notes);
    this.addSql(notesAreFollowed);
    for (const table of ['assignments', 'seats', 'requests']) this.addSql(waiting(table));
  }
}

const owners = `
alter table offboardings add column owner_id int null;
alter table offboardings add constraint offboardings_owner_id_foreign foreign key (owner_id) references users (id);
alter table offboardings add constraint offboardings_not_own_owner_check check (owner_id <> user_id);
create index offboardings_owner_index on offboardings (owner_id) where state = 'open' and owner_id is not null;`;

/** The trail says that a note was added. Only this table has its text, so that an erasure can remove it. */
const notes = `
create table leaver_notes (
  id serial primary key,
  user_id int not null,
  author_id int not null,
  text text not null,
  created_at timestamptz not null default now(),
  constraint leaver_notes_user_id_foreign foreign key (user_id) references users (id),
  constraint leaver_notes_author_id_foreign foreign key (author_id) references users (id)
);
create index leaver_notes_user_id_index on leaver_notes (user_id, id);`;

/** Like the triggers of the migration Live. The queue shows the number of notes. */
const notesAreFollowed = `
create constraint trigger leaver_notes_are_followed after insert or update on leaver_notes
  deferrable initially deferred for each row
  when (is_first_change('leaver:' || new.user_id, 'queue')) execute function notify_of_changes();
create constraint trigger removed_notes_are_followed after delete on leaver_notes
  deferrable initially deferred for each row
  when (is_first_change('leaver:' || old.user_id, 'queue')) execute function notify_of_changes();`;

/** The item has these columns itself, so that they follow it when two records are merged or a recovery is undone. */
const waiting = (table: string) => `
alter table ${table}
  add column waiting_for text null,
  add column waiting_until date null,
  add column waiting_reminded date null;
alter table ${table} add constraint ${table}_waiting_check check ((waiting_for is null) = (waiting_until is null));
create index ${table}_waiting_until_index on ${table} (waiting_until)
  where live and waiting_until is not null and waiting_reminded is distinct from waiting_until;
create index ${table}_waiting_user_index on ${table} (user_id) where live and waiting_until is not null;`;
