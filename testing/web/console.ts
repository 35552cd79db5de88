import { test as base } from 'vitest';
import { makeCast } from '../cast/cast.ts';
import { ownEngine } from '../cast/engine.ts';
import { ownDatabase } from '../servers/database.ts';
import { startWeb } from './web.ts';

/**
 * A console for the tests of a file. Each test has its own cast, and `ada`, `nora` and `ivo` are signed
 * in when a test uses them. Call it once, at the top of a file: `const { test } = await consoleTests()`.
 */
export async function consoleTests(variables: Record<string, string> = {}) {
  const own = await ownDatabase();
  const { database } = own;
  const web = await startWeb(own, variables);
  const test = base
    .extend('cast', () => makeCast(database))
    .extend('ada', ({ cast }) => web.signIn(cast.ada.email))
    .extend('nora', ({ cast }) => web.signIn(cast.nora.email))
    .extend('ivo', ({ cast }) => web.signIn(cast.ivo.email));
  return { database, em: database.em, web, test };
}

/** A console for the tests of a file, with a Temporal namespace of its own but no worker. Call it at the top of a file. */
export async function consoleWithEngine(variables: Record<string, string> = {}) {
  const own = await ownDatabase();
  const { database } = own;
  const engine = await ownEngine(database);
  const web = await startWeb(own, { TEMPORAL_NAMESPACE: engine.namespace, ...variables });
  return { own, database, em: database.em, engine, web };
}
