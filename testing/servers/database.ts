import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { connect, type Database } from '../../database/core/orm.ts';
import { atDatabase, TEMPLATE } from './template.ts';

/** A database that belongs to one test file. */
export interface OwnDatabase {
  /** Connected as the application's role, like the web and the worker. */
  database: Database;
  url: string;
  /** The same database for its owner. */
  ownerUrl: string;
}

/**
 * A fresh copy of the migrated database for this test file. It goes after the file's last test. Called once, at the
 * top of a file: `const { database } = await ownDatabase()`.
 */
export async function ownDatabase(): Promise<OwnDatabase> {
  const { url, ownerUrl } = await makeDatabase(TEMPLATE);
  const database = await connect(url);
  afterAll(() => database.close());
  return { database, url, ownerUrl };
}

/** The addresses of a database without any table, which goes after the file's last test. */
export const emptyDatabase = (): Promise<Omit<OwnDatabase, 'database'>> => makeDatabase('template0');

/**
 * A copy of everything in a file's database, as a restored back-up would be. Whoever is connected to the original is
 * cut off, and may connect again.
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
  // Hooks run in the opposite order: connections of the file are closed by then, but a child's may linger.
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
