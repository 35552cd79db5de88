import { fileURLToPath } from 'node:url';
import { Migrator } from '@mikro-orm/migrations';
import { type EntityManager, MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import { entities } from '../entities/index.ts';

export type { EntityManager };

/** An open connection pool to Lastday's database. */
export type Database = MikroORM;

const migrationsFolder = fileURLToPath(new URL('../migrations', import.meta.url));

/** How a process uses the database. */
export interface ConnectOptions {
  /** Connections at the most. */
  poolSize?: number;
  /** How long one statement may take before its caller is told that the database does not answer; none: for ever. */
  queryTimeoutMs?: number;
  /** How long a transaction may say nothing before the server ends it; it counts where `queryTimeoutMs` is given. */
  idleInTransactionTimeoutMs?: number;
}

/** A server that does not take a connection within this many milliseconds does not answer. */
export const connectTimeoutMs = 5_000;
/** So much later than its caller the server gives a statement up, in milliseconds: the caller is the one who says so. */
const serverLagsMs = 1_000;

/**
 * A transaction that says nothing for so many milliseconds is ended by the server: whoever began it has vanished without a
 * word, and what it had locked would stay so for hours. Longer than any of them is silent: at most 40 s, while a worker
 * gives the engine a hundred things, each of which waits five seconds for an answer.
 */
export const usualIdleInTransactionTimeoutMs = 60_000;

/** Connects to PostgreSQL. Close it with `close()`. */
export const connect = (
  databaseUrl: string,
  {
    poolSize = 10,
    queryTimeoutMs,
    idleInTransactionTimeoutMs = usualIdleInTransactionTimeoutMs,
  }: ConnectOptions = {},
): Promise<Database> =>
  MikroORM.init({
    entities,
    clientUrl: databaseUrl,
    dbName: decodeURIComponent(new URL(databaseUrl).pathname.slice(1)),
    driverOptions: {
      onPoolCreated: preparePool,
      connectionTimeoutMillis: connectTimeoutMs,
      ...(queryTimeoutMs !== undefined && {
        query_timeout: queryTimeoutMs,
        // Given up by its caller, a statement that waits for a lock would keep its connection at the server for ever.
        statement_timeout: queryTimeoutMs + serverLagsMs,
        idle_in_transaction_session_timeout: idleInTransactionTimeoutMs,
      }),
    },
    // Dates and moments are compared in UTC; zones are the domain's business.
    forceUtcTimezone: true,
    pool: { min: 0, max: poolSize },
    // Nothing is asked before somebody asks: a process comes up while the database is away or just starting.
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

function preparePool(pool: pg.Pool) {
  parseMoments(pool);
  giveUpWhatIsLost(pool);
  pool.on('connect', closeWhenStuck);
}

/**
 * A transaction whose connection was lost can neither be committed nor rolled back, and then its place in the pool is
 * not given back by whoever began it: after as many of those as the pool has places the process would hang for ever.
 */
function giveUpWhatIsLost(pool: pg.Pool) {
  const inUse = new WeakSet<pg.PoolClient>();
  pool.on('acquire', (client) => inUse.add(client));
  pool.on('release', (_error, client) => inUse.delete(client));
  pool.on('connect', (client) =>
    client.once('end', () => {
      if (!inUse.has(client)) return;
      client.release(true);
      // Whoever gives it back late finds it done.
      client.release = () => undefined;
    }),
  );
}

/**
 * A connection on which a transaction could not begin or end is closed: its state is not known, and whoever began does
 * not give its place in the pool back. So is one that did not answer in time: whoever got it next would wait for the
 * same answer, and it may be that nobody is there any more.
 */
function closeWhenStuck(client: pg.PoolClient) {
  const send = (...args: unknown[]) => Object.getPrototypeOf(client).query.apply(client, args);
  client.query = ((...args: [string | { text?: string }, ...unknown[]]) => {
    const sent: unknown = send(...args);
    const [first] = args;
    const text = typeof first === 'string' ? first : (first?.text ?? '');
    if (sent instanceof Promise)
      sent.catch((error) => {
        if (edgeOfTransaction.test(text) || isTimeout(error)) closed(client);
      });
    return sent;
  }) as typeof client.query;
}

const edgeOfTransaction = /^(begin|start transaction|commit|rollback(?! to))\b/i;

/** The driver has no other name for it. */
const isTimeout = (error: unknown) => error instanceof Error && error.message === 'Query read timeout';

const closed = (client: pg.PoolClient) => (client as unknown as pg.Client).end().catch(() => {});

/** Typed SQL reads moments as Date and counts as numbers, like the entities do; the ORM's own default is text. */
function parseMoments(pool: pg.Pool) {
  const types = pool.options.types as pg.TypeOverrides;
  types.setTypeParser(TIMESTAMPTZ, pg.types.getTypeParser(TIMESTAMPTZ));
  types.setTypeParser(INT8, Number);
}
