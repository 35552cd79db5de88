import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { connect, type Database } from '../../database/core/orm.ts';
import { atDatabase, TEMPLATE } from './template.ts';

/** A database that belongs to one test file. */
export interface OwnDatabase {
  /** Connected with the application's role, like web and worker. */
  database: Database;
  url: string;
  /** The same database with the owner's role. */
  ownerUrl: string;
}

/**
 * Creates a copy of the migrated template database, and drops it after the file's last test. Call it once, at the top
 * of a file: `const { database } = await ownDatabase()`.
 */
export async function ownDatabase(): Promise<OwnDatabase> {
  const { url, ownerUrl } = await makeDatabase(TEMPLATE);
  const database = await connect(url);
  afterAll(() => database.close());
  return { database, url, ownerUrl };
}

/** Creates a database without tables, and drops it after the file's last test. */
export const emptyDatabase = (): Promise<Omit<OwnDatabase, 'database'>> => makeDatabase('template0');

/**
 * Copies a file's database with its data, like a restored backup. Connections to the original are terminated; clients
 * can reconnect.
 */
export async function copyOf({
  ownerUrl,
}: Pick<OwnDatabase, 'ownerUrl'>): Promise<Omit<OwnDatabase, 'database'>> {
  const original = new URL(ownerUrl).pathname.slice(1);
  await asAdmin(`alter database ${original} allow_connections false`);
  try {
    await asAdmin(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${original}'`);
    return await makeDatabase(original);
  } finally {
    await asAdmin(`alter database ${original} allow_connections true`);
  }
}

async function makeDatabase(template: string) {
  const ownerUrl = inject('postgresOwnerUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(`create database ${name} template ${template} owner ${new URL(ownerUrl).username}`);
  // Hooks run in reverse order: the file's connections are closed by then, but a child process may still have some.
  afterAll(() => asAdmin(`drop database ${name} with (force)`));
  return { url: atDatabase(inject('postgresAppUrl'), name), ownerUrl: atDatabase(ownerUrl, name) };
}

async function asAdmin(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresAdminUrl') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
