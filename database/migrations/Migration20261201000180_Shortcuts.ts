import { Migration } from '@mikro-orm/migrations';

/** Remembers who turned the single-key shortcuts off. */
export class Migration20261201000180_Shortcuts extends Migration {
  override name = 'Migration20261201000180_Shortcuts';

  override up(): void {
    this.addSql(`alter table users add column shortcuts boolean not null default true;`);
  }
}
