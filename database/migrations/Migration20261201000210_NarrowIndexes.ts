import { Migration } from '@mikro-orm/migrations';

/**
 * Keeps people without an end date, who are nearly all, out of the index by end dates. Finds the beginnings of models, as
 * those of tags and serials. Nothing lists the deliveries of an endpoint by their ids any more.
 */
export class Migration20261201000210_NarrowIndexes extends Migration {
  override name = 'Migration20261201000210_NarrowIndexes';

  override up(): void {
    this.addSql('drop index users_end_date_index;');
    this.addSql('create index users_end_date_index on users (end_date, id) where end_date is not null;');
    this.addSql('drop index webhook_deliveries_endpoint_index;');
    this.addSql('create index assets_model_search_index on assets (searchable(model) collate "C");');
  }
}
