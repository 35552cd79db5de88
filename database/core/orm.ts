import { fileURLToPath } from 'node:url';
import { Migrator } from '@mikro-orm/migrations';
import { type EntityManager, MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import { entities } from '../entities/index.ts';

export type { EntityManager };

/** An open connection pool to Lastday's database. */
export type Database = MikroORM;

const migrationsFolder = fileURLToPath(new URL('../migrations', import.meta.url));

export interface ConnectOptions {
  /** The most connections. */
  poolSize?: number;
  /** The longest that the caller waits for one statement. Undefined means no limit. */
  queryTimeoutMs?: number;
  /** `idle_in_transaction_session_timeout`. It applies only when `queryTimeoutMs` is given. */
  idleInTransactionTimeoutMs?: number;
  /** A statement that each connection runs first. */
  firstStatement?: string;
}

export const connectTimeoutMs = 5_000;

/** The server's timeout is this much longer than the caller's, because the caller reports the timeout. */
const statementTimeoutMarginMs = 1_000;

/**
 * `idle_in_transaction_session_timeout`: frees the locks of a client that disappeared, which could last for hours.
 * The longest idle time is below 40 s: a worker starts a hundred workflows, twenty at a time, and a refused start takes
 * up to 7 s.
 */
export const usualIdleInTransactionTimeoutMs = 60_000;

/** Connects to PostgreSQL. Close it with `close()`. */
export const connect = (
  databaseUrl: string,
  {
    poolSize = 10,
    queryTimeoutMs,
    idleInTransactionTimeoutMs = usualIdleInTransactionTimeoutMs,
    firstStatement,
  }: ConnectOptions = {},
): Promise<Database> =>
  MikroORM.init({
    entities,
    clientUrl: databaseUrl,
    dbName: decodeURIComponent(new URL(databaseUrl).pathname.slice(1)),
    driverOptions: {
      onPoolCreated: (pool: pg.Pool) => preparePool(pool, firstStatement),
      connectionTimeoutMillis: connectTimeoutMs,
      ...(queryTimeoutMs !== undefined && {
        query_timeout: queryTimeoutMs,
        // Without it, a statement that waits for a lock keeps its server connection after the caller's timeout.
        statement_timeout: queryTimeoutMs + statementTimeoutMarginMs,
        idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
      }),
    },
    // Timestamps are compared in UTC, because the domain computes with time zones.
    forceUtcTimezone: true,
    pool: { min: 0, max: poolSize },
    // Connects on the first query, because a process must start while the database is unavailable.
    ensureDatabase: false,
    ignoreUndefinedInQuery: true,
    extensions: [Migrator],
    migrations: {
      path: migrationsFolder,
      pathTs: migrationsFolder,
      emit: 'ts',
      snapshotName: '.snapshot',
      transactional: true,
      allOrNothing: true,
      silent: true,
    },
  });

const { INT8, TIMESTAMPTZ } = pg.types.builtins;

function preparePool(pool: pg.Pool, firstStatement?: string) {
  parseTimestamps(pool);
  releaseLostConnections(pool);
  // A failure shows with the statement that comes next.
  if (firstStatement) pool.on('connect', (client) => void client.query(firstStatement).catch(() => {}));
  pool.on('connect', closeWhenStuck);
}

/**
 * Releases a connection that is lost during a transaction. MikroORM does not, because it can neither commit nor roll
 * back there. Otherwise the process hangs after `poolSize` lost connections.
 */
function releaseLostConnections(pool: pg.Pool) {
  const inUse = new WeakSet<pg.PoolClient>();
  pool.on('acquire', (client) => inUse.add(client));
  pool.on('release', (_error, client) => inUse.delete(client));
  pool.on('connect', (client) =>
    client.once('end', () => {
      if (!inUse.has(client)) return;
      client.release(true);
      // A later release by the caller does nothing, because pg throws on a second one.
      client.release = () => undefined;
    }),
  );
}

/**
 * Closes a connection when a transaction fails to begin or end, because its state is unknown and MikroORM does not
 * release it. Also closes one after a query timeout, because its next user would wait for the same answer.
 */
function closeWhenStuck(client: pg.PoolClient) {
  const send = (...args: unknown[]) => Object.getPrototypeOf(client).query.apply(client, args);
  client.query = ((...args: [string | { text?: string }, ...unknown[]]) => {
    const sent: unknown = send(...args);
    const [first] = args;
    const text = typeof first === 'string' ? first : (first?.text ?? '');
    if (sent instanceof Promise)
      sent.catch((error) => {
        if (transactionControl.test(text) || isTimeout(error)) close(client);
      });
    return sent;
  }) as typeof client.query;
}

const transactionControl = /^(begin|start transaction|commit|rollback(?! to))\b/i;

/** Compares the message, because the driver's error has no code. */
const isTimeout = (error: unknown) => error instanceof Error && error.message === 'Query read timeout';

const close = (client: pg.PoolClient) => (client as unknown as pg.Client).end().catch(() => {});

/** Makes typed SQL return Date and number like the entities, because MikroORM's default is text. */
function parseTimestamps(pool: pg.Pool) {
  const types = pool.options.types as pg.TypeOverrides;
  types.setTypeParser(TIMESTAMPTZ, pg.types.getTypeParser(TIMESTAMPTZ));
  types.setTypeParser(INT8, Number);
}
