import pg from 'pg';
import { connect } from './orm.ts';

/**
 * Keeps the rows that a migration changes from queueing the triggers of `Migration20261201000140_Live`, because
 * PostgreSQL alters no table with queued triggers.
 */
export const withoutNotifications = `set lastday.topics = 'many'`;

/** The first migration of version 0.1.0. No older version can be migrated. */
const firstMigration = 'Migration20261201000000_Tables';

/** A version before 0.1.0 made the database, so no migration leads from it to today's schema. */
class UnreleasedSchema extends Error {
  override name = 'UnreleasedSchema';
  override message =
    'This database is from a version of Lastday before 0.1.0, the first release. Nothing was changed. ' +
    'Start with an empty database: with `npm start`, move its data folder (.lastday) away first.';
}

/**
 * Migrates the schema as its owner and grants the application's role access to the tables. That role can neither alter
 * audit entries, except by erasing a former employee from them, nor set the count of used seats. Safe to run again. Returns the names of the applied migrations.
 * Throws UnreleasedSchema, and changes nothing, for a database from before version 0.1.0.
 */
export async function migrate(ownerUrl: string, appUrl: string): Promise<string[]> {
  const database = await connect(ownerUrl, { poolSize: 2, firstStatement: withoutNotifications });
  try {
    const executed = await database.migrator.getExecuted();
    if (executed.some(({ name }) => name < firstMigration)) throw new UnreleasedSchema();
    const applied = await database.migrator.up();
    await grantToApplication(ownerUrl, appUrl);
    return applied.map((migration) => migration.name);
  } finally {
    await database.close();
  }
}

/** Whether the application's role owns the tables. An owner can alter the audit trail. */
export const isOwner = (ownerUrl: string, appUrl: string): boolean => roleOf(ownerUrl) === roleOf(appUrl);

const roleOf = (url: string) => decodeURIComponent(new URL(url).username);

async function grantToApplication(ownerUrl: string, appUrl: string) {
  if (isOwner(ownerUrl, appUrl)) return;
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const name = client.escapeIdentifier(roleOf(appUrl));
    await client.query(`
      grant usage on schema public to ${name};
      grant select, insert, update, delete on all tables in schema public to ${name};
      grant usage, select on all sequences in schema public to ${name};
      revoke update, delete, truncate on audit_entries from ${name};
      grant execute on function erase_from_trail(int) to ${name};
      revoke update on licenses from ${name};
      grant update (${await updatableColumns(client)}) on licenses to ${name};
      revoke insert, update, delete on mikro_orm_migrations from ${name};`);
  } finally {
    await client.end();
  }
}

/** All columns of `licenses` except `seats_used`, which a trigger sets. */
async function updatableColumns(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(`
    select attname as name from pg_attribute
    where attrelid = 'licenses'::regclass and attnum > 0 and not attisdropped and attname <> 'seats_used'`);
  return rows.map((row) => client.escapeIdentifier(row.name)).join(', ');
}
