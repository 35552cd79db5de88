import { Migration } from '@mikro-orm/migrations';

/** Finds the first active person with a name without reading all who have it, because a file asks for every line. */
export class Migration20261201000200_Namesakes extends Migration {
  override name = 'Migration20261201000200_Namesakes';

  override up(): void {
    this.addSql(`drop index users_active_name_index;`);
    this.addSql(`create index users_active_name_index on users (folded(name), id) where status = 'active';`);
  }
}
