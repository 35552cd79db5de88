import { Migration } from '@mikro-orm/migrations';

/** Indexes to find what was sent long ago. */
export class Migration20261124094500_WhatWasSentEnds extends Migration {
  override name = 'Migration20261124094500_WhatWasSentEnds';

  override up(): void {
    this.addSql(`create index "webhook_events_created_at_index" on "webhook_events" ("created_at");`);
    this.addSql(`create index mails_closed_at_index on mails (closed_at) where closed_at is not null;`);
  }
}
