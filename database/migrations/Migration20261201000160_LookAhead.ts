import { Migration } from '@mikro-orm/migrations';

/** Remembers how far ahead each person looks in the queue. */
export class Migration20261201000160_LookAhead extends Migration {
  override name = 'Migration20261201000160_LookAhead';

  override up(): void {
    this.addSql(`alter table users add column look_ahead int null;`);
    this.addSql(
      `alter table users add constraint users_look_ahead_check check (look_ahead in (7, 14, 30, 60, 90, 180));`,
    );
  }
}
