import { Migration } from '@mikro-orm/migrations';

/** Finds texts without their accents. It never decides who someone is: `folded` does. */
export class Migration20261201000060_Search extends Migration {
  override name = 'Migration20261201000060_Search';

  override up(): void {
    this.addSql(searchable);
    for (const { table, columns } of searched) {
      this.addSql(`drop index if exists ${table}_search_index;`);
      const parts = columns.map((column) => `searchable(${column}) gin_trgm_ops`);
      this.addSql(`create index ${table}_search_index on ${table} using gin (${parts.join(', ')});`);
    }
  }
}

/** The marks of Latin, Greek, Cyrillic, Hebrew and Arabic; in other scripts a mark is a part of its letter. */
const marks =
  '\\u0300-\\u036f\\u0591-\\u05c7\\u0610-\\u061a\\u064b-\\u065f\\u0670\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff';

/** Letters that Unicode does not split into a letter and a mark. */
const searchable = `
create function searchable(value text) returns text language sql immutable strict parallel safe
  return replace(replace(replace(
    translate(
      regexp_replace(normalize(folded(value), NFD), '[${marks}]', '', 'g'),
      'øłđðħıŧŋ', 'olddhitn'),
    'æ', 'ae'), 'œ', 'oe'), 'þ', 'th');`;

const searched = [
  { table: 'users', columns: ['name', 'email', 'external_id'] },
  { table: 'assets', columns: ['tag', 'serial', 'model'] },
  { table: 'licenses', columns: ['name', 'vendor'] },
  { table: 'requests', columns: ['item'] },
];
