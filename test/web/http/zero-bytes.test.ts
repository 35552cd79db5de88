import { beforeAll, describe, expect, test } from 'vitest';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { messageBeside } from '../../../testing/web/page-messages.ts';
import { routesOf } from '../../../testing/web/routes.ts';
import { type Browserlike, startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
// No worker answers, so that completions end at the deadline.
const web = await startWeb(own, {}, { deadlineMs: 300 });
let cast: Cast;
let ada: Browserlike;
beforeAll(async () => {
  cast = await makeCast(own.database);
  ada = await web.signIn(cast.ada.email);
});

/** Every field that some form of the console has. */
const fields = [
  ...['name', 'email', 'externalId', 'department', 'jobTitle', 'manager', 'managerSearched', 'managerId'],
  ...['startDate', 'endDate', 'timeZone', 'status', 'loaded', 'role', 'password', 'current', 'person'],
  ...['userId', 'assetId', 'tag', 'serial', 'model', 'location', 'condition', 'nextStatus', 'note', 'q'],
  ...['vendor', 'seatsTotal', 'licenseId', 'item', 'reason', 'outcome', 'token', 'url', 'description'],
  ...['eventTypes', 'since', 'scopes', 'confirm', 'kinds', 'return', 'asset', 'seen'],
];
/** Fields that a page reads again when its form was refused. */
const readAgain = ['manager', 'managerSearched', 'person', 'loaded'];
const forms = routesOf(web.app)
  .filter((route) => route.startsWith('POST /') && !/ \/(api|scim)\//.test(route))
  .map((route) => route.slice('POST '.length))
  .filter((path) => path !== '/session/end');

describe('a zero byte in a form is a clear 4xx (E5)', () => {
  test.each(['/users', '/users/:userId'])('as the manager at %s, and the form comes back', async (path) => {
    const fields = { manager: '\0', name: 'Kept as typed', jobTitle: 'Kept' };
    const { status, text } = await ada.post(path.replace(':userId', String(cast.emil.id)), fields);
    expect(status).toBe(422);
    expect(messageBeside(text, 'manager')).not.toBeNull();
    expect(text).toContain('Kept as typed');
  });

  test.each(forms)(
    'in every field of %s and in those that are read again, it is no error of ours',
    async (path) => {
      const address = path
        .replace(':userId', String(cast.emil.id))
        .replace(':assetId', String(cast.spare.id))
        .replace(':licenseId', String(cast.license.id))
        .replaceAll(/:\w+/g, '1');
      for (const names of [fields, readAgain]) {
        const sent = Object.fromEntries(names.map((name) => [name, 'a\0b']));
        const { status } = await ada.post(address, sent);
        expect(status, names.join()).toBeLessThan(500);
      }
    },
  );
});
