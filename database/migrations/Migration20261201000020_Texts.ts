import { Migration } from '@mikro-orm/migrations';
import { emailToStore } from '../../domain/email.ts';
import { type Cleaned, cleanText } from '../../domain/text.ts';
import { isDataRefused } from '../core/postgres-errors.ts';

/**
 * People without a role or a password need no address. A one-time link needs one too, which the verbs enforce, because
 * a link is in another table and expires by time. Every row of an older version has an address, so no row can fail.
 *
 * Identifiers of older versions are cleaned, because look-ups are: a nightly file would otherwise add each of them again.
 * A record stays as it is when another one has the cleaned identifier.
 */
export class Migration20261201000020_Texts extends Migration {
  override name = 'Migration20261201000020_Texts';

  override async up(): Promise<void> {
    for (const [table, column] of identifiers) {
      for (const { id, text } of await this.#uncleaned(table, column)) {
        const read = column === 'email' ? emailToStore(text) : asIdentifier(text);
        if ('text' in read && read.text !== '' && read.text !== text) {
          await this.#store(`update ${table} set ${column} = ? where id = ?`, [read.text, id]);
        }
      }
    }
    this.addSql(`alter table users alter column email drop not null;`);
    this.addSql(`alter table users add constraint users_email_check
      check (email is not null or (role = 'employee' and password_hash is null));`);
  }

  async #uncleaned(table: string, column: string): Promise<{ id: number; text: string }[]> {
    const text = `select id, ${column} as text from ${table} where ${column} ~ '[^ -~]' order by id`;
    return (await this.execute(text)) as { id: number; text: string }[];
  }

  /** Undoes the update when a unique index refuses it. */
  async #store(update: string, values: unknown[]): Promise<void> {
    await this.execute('savepoint before_update');
    try {
      await this.execute(update, values);
    } catch (error) {
      if (!isDataRefused(error)) throw error;
      await this.execute('rollback to savepoint before_update');
    }
    await this.execute('release savepoint before_update');
  }
}

const identifiers = [
  ['users', 'external_id'],
  ['users', 'email'],
  ['assets', 'tag'],
  ['assets', 'serial'],
  ['licenses', 'name'],
  ['api_tokens', 'name'],
] as const;

const asIdentifier = (text: string): Cleaned => cleanText(text, 'identifier');
