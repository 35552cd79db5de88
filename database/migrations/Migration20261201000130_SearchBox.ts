import { Migration } from '@mikro-orm/migrations';

/**
 * The beginnings of what the search box finds, in the order in which it shows them. The trigram indexes cannot find one
 * or two letters, and cannot sort.
 */
export class Migration20261201000130_SearchBox extends Migration {
  override name = 'Migration20261201000130_SearchBox';

  override up(): void {
    for (const { table, column, ties } of found) {
      this.addSql(
        `create index ${table}_${column}_search_index on ${table} (searchable(${column}) collate "C", ${ties});`,
      );
    }
  }
}

const found = [
  { table: 'users', column: 'name', ties: 'id' },
  { table: 'users', column: 'external_id', ties: 'id' },
  { table: 'users', column: 'email', ties: 'id' },
  { table: 'assets', column: 'tag', ties: 'id' },
  { table: 'assets', column: 'serial', ties: 'id' },
  { table: 'licenses', column: 'name', ties: 'id' },
  { table: 'requests', column: 'item', ties: 'live, id desc' },
];
