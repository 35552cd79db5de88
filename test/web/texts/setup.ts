import { createToken } from '../../../database/access/tokens.ts';
import { User } from '../../../database/entities/index.ts';
import { updateImportSettings } from '../../../database/imports/settings.ts';
import { scopes } from '../../../domain/access/scopes.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { importing } from '../../../testing/cast/importing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { apiAt } from '../../../testing/web/api.ts';
import { type Browserlike, startWeb } from '../../../testing/web/web.ts';

/** A person as a form, a call or a line of a file states it. */
export interface Newcomer {
  externalId: string;
  name: string;
  email?: string;
}

/** A console, an API and imports on one database: every entry point of a text. */
export async function everyEntryPoint() {
  const own = await ownDatabase();
  const { database } = own;
  const { em } = database;
  const web = await startWeb(own);
  const { value } = await createToken(em, 'system', { name: 'hr', scopes });
  await updateImportSettings(em, 'system', {
    dateFormat: 'YYYY-MM-DD',
    brakeCount: 1_000,
    brakePercent: 100,
  });
  const call = apiAt(web.address, value);
  const files = importing(database, 'token:hr');
  let signedIn: { cast: Cast; ada: Browserlike } | undefined;

  /** A cast whose super-admin is signed in. */
  async function setUp() {
    const cast = await makeCast(database);
    return { cast, ada: await web.signIn(cast.ada.email) };
  }

  /** The ways to add people. Each adds all of them, and skips those that it refuses. */
  const ways: Record<'form' | 'api' | 'file', (people: Newcomer[]) => Promise<unknown>> = {
    form: async (people) => {
      signedIn ??= await setUp();
      for (const person of people) await signedIn.ada.post('/users', { ...person });
    },
    api: async (people) => {
      for (const { externalId, ...body } of people) {
        await call('PUT', `/users/${encodeURIComponent(externalId)}`, { body });
      }
    },
    file: (people) => {
      const lines = people.map(({ externalId, name, email = '' }) => [externalId, name, email]);
      return files.run('users', quoted([['externalId', 'name', 'email'], ...lines]));
    },
  };

  const personWith = (externalId: string) => em.fork().findOne(User, { externalId });
  return { ...own, em, web, call, files, setUp, ways, personWith };
}

/** A CSV file whose cells may hold anything. */
export const quoted = (lines: string[][]): string =>
  lines.map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\n');
