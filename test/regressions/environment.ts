import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { createToken } from '../../database/access/tokens.ts';
import { scopes } from '../../domain/access/scopes.ts';
import { ownEngine } from '../../testing/cast/engine.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { apiAt } from '../../testing/web/api.ts';
import { startWeb } from '../../testing/web/web.ts';

/** Starts Lastday for a test file: console, API client with every scope, Temporal with a worker, and a SQL client. */
export async function startEnvironment() {
  const own = await ownDatabase();
  const { database } = own;
  const engine = await ownEngine(database);
  const web = await startWeb(own, { TEMPORAL_NAMESPACE: engine.namespace, API_RATE_LIMIT: '100000' });
  const { value } = await createToken(database.em, 'system', { name: 'all', scopes });
  const sql = new pg.Client({ connectionString: own.url });
  beforeAll(async () => {
    await sql.connect();
    await engine.startWorker();
  });
  afterAll(() => sql.end());
  return { database, engine, web, call: apiAt(web.address, value), sql };
}
