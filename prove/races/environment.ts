import pg from 'pg';
import { afterAll } from 'vitest';
import { hashPassword } from '../../database/access/passwords.ts';
import { createToken, letTokenContinue } from '../../database/access/tokens.ts';
import type { Database } from '../../database/core/orm.ts';
import { User } from '../../database/entities/index.ts';
import { continuesUntil } from '../../domain/access/removals.ts';
import { scopes } from '../../domain/access/scopes.ts';
import { castPassword } from '../../testing/cast/cast.ts';
import { ownEngine } from '../../testing/cast/engine.ts';
import { subscribe } from '../../testing/cast/webhooks.ts';
import { startReceiver } from '../../testing/outside/receiver.ts';
import type { OwnDatabase } from '../../testing/servers/database.ts';
import { type Browserlike, startWeb, type TestWeb } from '../../testing/web/web.ts';
import { apiClient } from './api.ts';
import { bulkClient } from './bulk.ts';
import { consoleClient } from './console.ts';
import { importClient } from './imports.ts';
import type { Client } from './operation.ts';

/** A whole Lastday for a race: console, Temporal with a worker, and a connection pool. */
export type Environment = Awaited<ReturnType<typeof createEnvironment>>;

/**
 * Starts Lastday for a test file on its own database. `acting` is the connection of web and worker; a negative control
 * passes one that lacks a guarantee.
 */
export async function createEnvironment(
  own: OwnDatabase,
  clientCount: number,
  acting: Database = own.database,
) {
  const engine = await ownEngine(acting);
  await engine.startWorker();
  const web = await startWeb({ ...own, database: acting }, { TEMPORAL_NAMESPACE: engine.namespace });
  const pool = new pg.Pool({ connectionString: own.url, max: 20 });
  afterAll(() => pool.end());
  const receiver = await startReceiver();
  await subscribe(own.database, receiver.url);
  return {
    database: own.database,
    pool,
    engine,
    web,
    receiver,
    clients: (await signInAdmins(own.database, web, 'Admin', clientCount)).map(({ browser, actor }) =>
      consoleClient(browser, actor),
    ),
  };
}

/** Creates admins who do the same to many items at once. */
export async function bulkClients({ database, web, pool }: Environment, count: number): Promise<Client[]> {
  const admins = await signInAdmins(database, web, 'Bulk', count);
  return admins.map(({ browser, actor }) => bulkClient(browser, pool, actor));
}

/** Creates admins, whose names begin with `name`, and signs them in. */
async function signInAdmins({ em }: Database, web: TestWeb, name: string, clientCount: number) {
  const passwordHash = await hashPassword(castPassword);
  const fork = em.fork();
  const admins = Array.from({ length: clientCount }, (_, number) =>
    fork.create(User, {
      name: `${name} ${number}`,
      email: `${name.toLowerCase()}${number}@race.example`,
      role: 'admin',
      passwordHash,
    }),
  );
  await fork.flush();
  const signedIn: { browser: Browserlike; actor: string }[] = [];
  for (const { id, email } of admins)
    signedIn.push({ browser: await web.signIn(email!), actor: `user:${id}` });
  return signedIn;
}

/** Creates clients with API tokens: `callers` call the API, `importers` send CSV files. */
export async function tokenClients(
  { database: { em }, web, pool }: Environment,
  callers: number,
  importers: number,
): Promise<Client[]> {
  // The limits on files and tokens have their own tests. Hours of races, each with new people, exceed them.
  await pool.query('update workspace set brake_count = 1000, brake_percent = 100');
  const tokenNamed = async (name: string) => {
    const { token, value } = await createToken(em, 'system', { name, scopes });
    await letTokenContinue(em, 'system', token.id, continuesUntil('eight-hours', 'UTC', new Date()));
    return value;
  };
  const clients: Client[] = [];
  for (let number = 0; number < callers; number++)
    clients.push(apiClient(pool, web.address, `caller ${number}`, await tokenNamed(`caller ${number}`)));
  for (let number = 0; number < importers; number++)
    clients.push(
      importClient(pool, web.address, `importer ${number}`, await tokenNamed(`importer ${number}`)),
    );
  return clients;
}
