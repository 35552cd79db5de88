import { Migration } from '@mikro-orm/migrations';

/**
 * People without a role or a password need no address. A one-time link needs one too, which the verbs enforce, because
 * a link is in another table and expires by time. Every row of an older version has an address, so no row can fail.
 */
export class Migration20261201000020_OptionalEmail extends Migration {
  override name = 'Migration20261201000020_OptionalEmail';

  override up(): void {
    this.addSql(`alter table users alter column email drop not null;`);
    this.addSql(`alter table users add constraint users_email_check
      check (email is not null or (role = 'employee' and password_hash is null));`);
  }
}
