import { Migration } from '@mikro-orm/migrations';

/** How files are read: what means "no date". */
export class Migration20261201000030_FileReading extends Migration {
  override name = 'Migration20261201000030_FileReading';

  override up(): void {
    this.addSql(`alter table workspace add column no_dates text[] not null default '{}';`);
  }
}
