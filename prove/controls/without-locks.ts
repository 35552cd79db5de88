import pg from 'pg';
import { connect, type Database } from '../../database/core/orm.ts';

/**
 * Connects as Lastday does, but by a driver that leaves out what would lock a person's row. Everything else is the
 * product as it is: a race must find out that the lock is missing. `adminUrl` is the superuser's, who sees to it that
 * the deadlocks that come of it are found at once: usually PostgreSQL looks for them after a second.
 */
export async function connectWithoutLocks(url: string, adminUrl: string): Promise<Database> {
  await findDeadlocksSoon(url, adminUrl);
  const database = await connect(url);
  const pool = (await database.em.getConnection().getNativeClient()) as pg.Pool;
  const changed = new WeakSet<pg.PoolClient>();
  pool.on('acquire', (client) => {
    if (!changed.has(client)) leaveOutLocks(client);
    changed.add(client);
  });
  return database;
}

async function findDeadlocksSoon(url: string, adminUrl: string): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    const name = admin.escapeIdentifier(decodeURIComponent(new URL(url).pathname.slice(1)));
    await admin.query(`alter database ${name} set deadlock_timeout = '20ms'`);
  } finally {
    await admin.end();
  }
}

function leaveOutLocks(client: pg.PoolClient): void {
  const original = client.query.bind(client) as (...args: unknown[]) => unknown;
  client.query = ((statement: unknown, ...rest: unknown[]) =>
    original(withoutLock(statement), ...rest)) as typeof client.query;
}

/** Statements come as a text, or as an object that holds one. */
function withoutLock(statement: unknown): unknown {
  if (typeof statement === 'string') return unlocked(statement);
  const { text } = (statement ?? {}) as { text?: unknown };
  return typeof text === 'string' ? { ...(statement as object), text: unlocked(text) } : statement;
}

const unlocked = (text: string): string =>
  /\bfrom "?users"?\b/.test(text) ? text.replace(/\s+for update$/, '') : text;
