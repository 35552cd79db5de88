import { Migration } from '@mikro-orm/migrations';

/** An import remembers up to which line its results count, so that a batch adds only its own. */
export class Migration20261124125000_CountedTo extends Migration {
  override name = 'Migration20261124125000_CountedTo';

  override up(): void {
    this.addSql(`alter table imports add column counted_to int not null default 0;`);
  }

  override down(): void {
    this.addSql(`alter table imports drop column counted_to;`);
  }
}
