import { Migration } from '@mikro-orm/migrations';

/** Lets a person remind many overdue leavers, each at most once a day. */
export class Migration20261201000191_RemindersByHand extends Migration {
  override name = 'Migration20261201000191_RemindersByHand';

  override up(): void {
    this.addSql(reminders);
  }
}

const reminders = `
create table reminders_by_hand (
  offboarding_id int not null,
  day date not null,
  sent_by text not null,
  sent_at timestamptz not null default now(),
  primary key (offboarding_id, day),
  constraint reminders_by_hand_offboarding_id_foreign foreign key (offboarding_id) references offboardings (id)
);`;
