import { Migration } from '@mikro-orm/migrations';

/** Returns the lists in the order of their columns without reading all their rows. */
export class Migration20261201000161_SortedLists extends Migration {
  override name = 'Migration20261201000161_SortedLists';

  override up(): void {
    for (const index of indexes) this.addSql(`create index ${index};`);
  }
}

const indexes = [
  'users_email_sort_index on users (lower(email), id)',
  'users_end_date_index on users (end_date, id)',
  'users_status_index on users (lower(status), id)',
  'assets_tag_index on assets (tag, id)',
  'assets_model_index on assets (lower(model), id)',
  'assets_location_index on assets (lower(location), id)',
  'requests_created_at_index on requests (created_at, id)',
  "requests_waiting_index on requests (created_at, id) where status in ('pending', 'approved')",
  'requests_item_index on requests (lower(item), id)',
  "offboardings_completed_index on offboardings (closed_at, id) where state = 'completed'",
  'webhook_deliveries_created_at_index on webhook_deliveries (endpoint_id, created_at, id)',
  'webhook_deliveries_state_index on webhook_deliveries (endpoint_id, state, id)',
];
