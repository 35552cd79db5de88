import { Migration } from '@mikro-orm/migrations';

/**
 * What every page asks is answered from an index, however many leavers there are: how much is unread, and, on the
 * queue's, who is out of sight. PostgreSQL knows how a column is spread, and not how an expression over it is.
 */
export class Migration20261124140000_OnEveryPage extends Migration {
  override name = 'Migration20261124140000_OnEveryPage';

  override up(): void {
    this.addSql(`create index notifications_unread_days_index on notifications
      (user_id, kind, ((created_at at time zone 'UTC')::date)) where read_at is null and ${comesInHundreds};`);
    this.addSql(`create index notifications_unread_single_index on notifications
      (user_id) where read_at is null and not ${comesInHundreds};`);
    this.addSql(`drop index offboardings_last_day_index;`);
    this.addSql(
      `create index offboardings_last_day_index on offboardings (last_day, user_id) where state = 'open';`,
    );
  }

  override down(): void {
    this.addSql(`drop index offboardings_last_day_index;`);
    this.addSql(
      `create index offboardings_last_day_index on offboardings (coalesce(last_day, 'infinity'), user_id) where state = 'open';`,
    );
    this.addSql(`drop index notifications_unread_single_index;`);
    this.addSql(`drop index notifications_unread_days_index;`);
  }
}

const comesInHundreds = `(kind in ('offboarding_reminder', 'offboarding_ready', 'mail_failed', 'webhook_failed')
  and about_user_id is distinct from user_id)`;
