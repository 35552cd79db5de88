import { createToken } from '../../../../database/access/tokens.ts';
import type { Scope } from '../../../../domain/access/scopes.ts';
import type { Actor } from '../../../../domain/actor.ts';
import { ownDatabase } from '../../../../testing/servers/database.ts';
import { apiAt } from '../../../../testing/web/api.ts';
import { startWeb } from '../../../../testing/web/web.ts';

/** An API for a test file, called with a token that may read and write users unless a call says otherwise. */
export async function apiOfPeople() {
  const own = await ownDatabase();
  const { database } = own;
  const { em } = database;
  const web = await startWeb(own);
  let names = 0;

  /** Makes a token with a unique name. */
  const newToken = (scopes: Scope[], actor: Actor = 'system') =>
    createToken(em, actor, { name: `hr ${++names}`, scopes });

  const { value: both } = await newToken(['users:read', 'users:write']);
  return { own, database, em, web, newToken, both, call: apiAt(web.address, both) };
}
