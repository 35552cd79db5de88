import { Migration } from '@mikro-orm/migrations';

/** What an operator's monitor counts at every look is found without reading what is over. */
export class Migration20261124090000_WhatWaits extends Migration {
  override name = 'Migration20261124090000_WhatWaits';

  override up(): void {
    this.addSql(
      `create index reminders_waiting_index on reminders (due_at) where fired_at is null and skipped_at is null;`,
    );
    this.addSql(`create index offboardings_failed_index on offboardings (id) where failed_step is not null;`);
  }

  override down(): void {
    this.addSql(`drop index reminders_waiting_index;`);
    this.addSql(`drop index offboardings_failed_index;`);
  }
}
