import { makeCast } from '../../../testing/cast/cast.ts';
import { consoleWithEngine } from '../../../testing/web/console.ts';

/** A console for a test file, with its own database and namespace but no worker. */
export async function ownConsole() {
  const { own, database, engine, web } = await consoleWithEngine();

  /** A fresh cast with Ivo signed in, and the address of Lena's checklist. */
  async function begin() {
    const cast = await makeCast(database);
    return { cast, ivo: await web.signIn(cast.ivo.email), page: `/offboarding/${cast.lena.id}` };
  }

  return { own, database, engine, web, begin };
}

/** The text of a checklist with nothing open. */
export const allClear = 'All assets recovered, all licenses revoked, no open requests.';
