import pg from 'pg';
import { connect, type Database } from '../../database/core/orm.ts';

/**
 * Connects like Lastday, but the driver removes `FOR UPDATE` on `users`; a race must find that the lock is missing.
 * `adminUrl` belongs to the superuser, who lowers `deadlock_timeout` from 1 s to 20 ms because deadlocks follow.
 */
export async function connectWithoutLocks(url: string, adminUrl: string): Promise<Database> {
  await lowerDeadlockTimeout(url, adminUrl);
  const database = await connect(url);
  const pool = (await database.em.getConnection().getNativeClient()) as pg.Pool;
  const changed = new WeakSet<pg.PoolClient>();
  pool.on('acquire', (client) => {
    if (!changed.has(client)) removeLocks(client);
    changed.add(client);
  });
  return database;
}

async function lowerDeadlockTimeout(url: string, adminUrl: string): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    const name = admin.escapeIdentifier(decodeURIComponent(new URL(url).pathname.slice(1)));
    await admin.query(`alter database ${name} set deadlock_timeout = '20ms'`);
  } finally {
    await admin.end();
  }
}

function removeLocks(client: pg.PoolClient): void {
  const original = client.query.bind(client) as (...args: unknown[]) => unknown;
  client.query = ((statement: unknown, ...rest: unknown[]) =>
    original(withoutLock(statement), ...rest)) as typeof client.query;
}

/** The driver passes a statement as a text or as an object with a `text`. */
function withoutLock(statement: unknown): unknown {
  if (typeof statement === 'string') return unlocked(statement);
  const { text } = (statement ?? {}) as { text?: unknown };
  return typeof text === 'string' ? { ...(statement as object), text: unlocked(text) } : statement;
}

const unlocked = (text: string): string =>
  /\bfrom "?users"?\b/.test(text) ? text.replace(/\s+for update$/, '') : text;
