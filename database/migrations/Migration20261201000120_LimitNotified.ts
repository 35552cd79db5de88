import { Migration } from '@mikro-orm/migrations';

/** Stores when the super-admins were last notified that the limit stops a token, so that they are not told at every call. */
export class Migration20261201000120_LimitNotified extends Migration {
  override name = 'Migration20261201000120_LimitNotified';

  override up(): void {
    this.addSql(`alter table api_tokens add column limit_notified_at timestamptz null;`);
  }
}
