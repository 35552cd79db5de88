import { Migration } from '@mikro-orm/migrations';

/** A mail may tell how imports have ended. */
export class Migration20261124093000_MailsAboutImports extends Migration {
  override name = 'Migration20261124093000_MailsAboutImports';

  override up(): void {
    this.addSql(`alter table "mails" drop constraint "mails_kind_check";`);
    this.addSql(
      `alter table "mails" add constraint "mails_kind_check" check (kind in ('reminders', 'completions', 'problems', 'imports'));`,
    );
  }
}
