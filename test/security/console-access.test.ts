import { beforeAll, describe, expect, test } from 'vitest';
import { User } from '../../database/entities/index.ts';
import { createLink } from '../../database/links.ts';
import { mailTokens } from '../../database/mail-tokens.ts';
import { assignSeat } from '../../database/seats.ts';
import { createToken } from '../../database/tokens.ts';
import { type Cast, makeCast } from '../support/cast.ts';
import { ownDatabase } from '../support/database.ts';
import { testKey } from '../support/engine.ts';
import { fingerprintOf } from '../support/fingerprint.ts';
import { csvOf, importing } from '../support/importing.ts';
import { routesOf } from '../support/routes.ts';
import { type Answer, type Browserlike, startWeb } from '../support/web.ts';
import { deliver, subscribe } from '../support/webhooks.ts';

/*
 * Every address of the console for everybody who may come (ASVS 8.2.1–8.2.3, 8.3.1). A post is an empty form: 422 says
 * that it would have been let in. `in` leads to the sign-in page. The API takes no cookies, so that it is closed to all. No worker runs here, which /health says.
 */
const table = `
                                                                nobody employee it-admin admin super-admin
GET  /health                                                    503    503      503      503   503
GET  /ready                                                     200    200      200      200   200
GET  /vendor/:file                                              200    200      200      200   200
GET  /unsubscribe/:unsubscribing                                200    200      200      200   200
POST /unsubscribe/:unsubscribing                                200    200      200      200   200

GET  /sign-in                                                   200    303      303      303   303
POST /session                                                   422    422      422      422   422
GET  /invitation/:invitation                                    200    200      200      200   200
POST /invitation/:invitation                                    422    422      422      422   422

GET  /                                                          in     303      303      303   303
GET  /me                                                        in     200      200      200   200
POST /me/password                                               in     422      422      422   422
POST /me/sessions/:sessionKey/ending                            in     303      303      303   303
POST /me/sessions/ending                                        in     303      303      303   303
POST /me/mail                                                   in     303      303      303   303
POST /mails/:mailId/replay                                      in     403      409      409   409
GET  /notifications                                             in     200      200      200   200
POST /notifications/reading                                     in     422      422      422   422

GET  /offboarding                                               in     403      200      200   200
GET  /offboarding/:userId                                       in     403      200      200   200
GET  /offboarding/:userId/answer                                in     403      200      200   200
GET  /offboarding/:userId/completion                            in     403      409      409   409
POST /offboarding/:userId/completion                            in     403      409      409   409
POST /offboarding/:userId/retry                                 in     403      303      303   303
POST /offboarding/:leaverId/cancellation                        in     403      403      303   303
POST /seats/:seatId/revocation                                  in     403      303      303   303
GET  /audit                                                     in     403      200      200   200

GET  /assets                                                    in     403      200      200   200
GET  /assets/new                                                in     403      200      200   200
POST /assets                                                    in     403      422      422   422
GET  /assets/:assetId                                           in     403      200      200   200
GET  /assets/:assetId/edit                                      in     403      200      200   200
POST /assets/:assetId                                           in     403      303      303   303
POST /assets/:assetId/assignment                                in     403      422      422   422
POST /assets/:assetId/recovery                                  in     403      422      422   422

GET  /licenses                                                  in     403      200      200   200
GET  /licenses/new                                              in     403      200      200   200
POST /licenses                                                  in     403      422      422   422
GET  /licenses/:licenseId                                       in     403      200      200   200
GET  /licenses/:licenseId/edit                                  in     403      200      200   200
POST /licenses/:licenseId                                       in     403      303      303   303
POST /licenses/:licenseId/seats                                 in     403      422      422   422

GET  /requests                                                  in     403      200      200   200
GET  /requests/new                                              in     403      200      200   200
POST /requests                                                  in     403      422      422   422
GET  /requests/:requestId                                       in     403      200      200   200
POST /requests/:requestId/approval                              in     403      303      303   303
POST /requests/:requestId/resolution                            in     403      422      422   422

GET  /imports                                                   in     403      200      200   200
GET  /imports/users/new                                         in     403      403      200   200
GET  /imports/users/example.csv                                 in     403      403      200   200
POST /imports/users                                             in     403      403      422   422
GET  /imports/assets/new                                        in     403      200      200   200
GET  /imports/assets/example.csv                                in     403      200      200   200
POST /imports/assets                                            in     403      422      422   422
GET  /imports/licenses/new                                      in     403      200      200   200
GET  /imports/licenses/example.csv                              in     403      200      200   200
POST /imports/licenses                                          in     403      422      422   422
GET  /imports/:importOfPeople                                   in     403      403      200   200
GET  /imports/:importOfPeople/errors.csv                        in     403      403      200   200
POST /imports/:importOfPeople/start                             in     403      403      303   303
POST /imports/:importOfPeople/cancellation                      in     403      403      303   303
GET  /imports/:importId                                         in     403      200      200   200
GET  /imports/:importId/errors.csv                              in     403      200      200   200
POST /imports/:importId/start                                   in     403      303      303   303
POST /imports/:importId/cancellation                            in     403      303      303   303

GET  /users                                                     in     403      200      200   200
GET  /users/new                                                 in     403      403      200   200
GET  /users/suggestions                                         in     403      200      200   200
POST /users                                                     in     403      403      422   422
GET  /users/:userId                                             in     403      200      200   200
GET  /users/:userId/edit                                        in     403      403      200   200
POST /users/:userId                                             in     403      403      303   303
POST /users/:userId/end-date                                    in     403      403      303   303
POST /users/:userId/invitation                                  in     403      403      403   303
POST /users/:userId/sessions/ending                             in     403      403      403   303
POST /users/:userId/role                                        in     403      403      403   422

GET  /settings/tokens                                           in     403      403      403   200
GET  /settings/tokens/new                                       in     403      403      403   200
POST /settings/tokens                                           in     403      403      403   422
POST /settings/tokens/:tokenId/revocation                       in     403      403      403   303
GET  /settings/webhooks                                         in     403      403      403   200
GET  /settings/webhooks/new                                     in     403      403      403   200
POST /settings/webhooks                                         in     403      403      403   422
GET  /settings/webhooks/:endpointId/edit                        in     403      403      403   200
POST /settings/webhooks/:endpointId                             in     403      403      403   422
POST /settings/webhooks/:endpointId/test                        in     403      403      403   303
POST /settings/webhooks/:endpointId/secret                      in     403      403      403   303
GET  /settings/webhooks/:endpointId/deliveries                  in     403      403      403   200
POST /settings/webhooks/:endpointId/replay                      in     403      403      403   422
GET  /settings/webhooks/:endpointId/deliveries/:deliveryId      in     403      403      403   200
POST /settings/webhooks/:endpointId/deliveries/:deliveryId/try  in     403      403      403   409
POST /settings/webhooks/:endpointId/deliveries/:deliveryId/replay  in  403      403      403   303
POST /settings/webhooks/:endpointId/pause                       in     403      403      403   303
POST /settings/webhooks/:endpointId/resumption                  in     403      403      403   303
POST /settings/webhooks/:endpointId/removal                     in     403      403      403   303
GET  /settings/workspace                                        in     403      403      403   200
POST /settings/workspace                                        in     403      403      403   422
POST /settings/workspace/imports                                in     403      403      403   422
POST /settings/workspace/reminders                              in     403      403      403   422

GET  /api/v1/openapi.json                                       200    200      200      200   200
GET  /api/v1/docs                                               200    200      200      200   200
GET  /api/v1/users                                              401    401      401      401   401
GET  /api/v1/users/:externalId                                  401    401      401      401   401
PUT  /api/v1/users/:externalId                                  401    401      401      401   401
PATCH /api/v1/users/:externalId                                 401    401      401      401   401
GET  /api/v1/offboardings                                       401    401      401      401   401
GET  /api/v1/offboardings/:id                                   401    401      401      401   401
POST /api/v1/users/:externalId/completion                       401    401      401      401   401
POST /api/v1/assets/:tag/assignment                             401    401      401      401   401
POST /api/v1/assets/:tag/recovery                               401    401      401      401   401
POST /api/v1/users/:externalId/seats                            401    401      401      401   401
POST /api/v1/users/:externalId/requests                         401    401      401      401   401
POST /api/v1/imports/users                                      401    401      401      401   401
GET  /api/v1/imports/:importId                                  401    401      401      401   401
GET  /api/v1/imports/:importId/errors                           401    401      401      401   401

POST /session/end                                               303    303      303      303   303
`;

const [visitors, ...rows] = table
  .trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/))
  .filter((cells) => cells.length > 1);
const answers = rows.map(([method, path, ...expected]) => ({ method: method!, path: path!, expected }));

const own = await ownDatabase();
const { database } = own;
const web = await startWeb(own, { SECRET_KEY: testKey });

/** A cast of its own for a visitor, with one of everything that an address can name. */
async function makeThings() {
  const { em } = database;
  const cast = await makeCast(database);
  const { id: endpointId } = await subscribe(database);
  const { upload } = importing(database, `user:${cast.ada.id}`);
  const people = await upload('users', csvOf(['email', 'jobTitle'], [cast.emil.email, 'Designer']));
  const assets = await upload('assets', csvOf(['tag', 'location'], [cast.spare.tag, 'Porto']));
  const token = await createToken(em, 'system', { name: `feed ${cast.ada.id}`, scopes: ['users:read'] });
  const params: Record<string, unknown> = {
    userId: cast.timo.id,
    leaverId: cast.lena.id,
    seatId: await assignSeat(em, 'system', cast.license.id, cast.timo.id),
    assetId: cast.spare.id,
    licenseId: cast.license.id,
    requestId: cast.requestId,
    importId: assets.id,
    importOfPeople: people.id,
    endpointId,
    deliveryId: await deliver(database, endpointId, 'failed'),
    tokenId: token.token.id,
    invitation: await createLink(em, { userId: cast.emil.id, purpose: 'invitation', actor: 'system' }),
    unsubscribing: mailTokens(testKey).sign({ userId: cast.mira.id, kind: 'reminders' }),
    mailId: 1,
    sessionKey: 'unknown',
    file: 'tabler.css',
    externalId: cast.timo.externalId,
    tag: cast.spare.tag,
    id: cast.offboardingId,
  };
  return { cast, addressOf: (path: string) => path.replaceAll(/:(\w+)/g, (_, name) => `${params[name]}`) };
}

const browserOf: Record<string, (cast: Cast) => Promise<Browserlike>> = {
  nobody: async () => web.stranger(),
  employee: ({ timo }) => web.signIn(timo.email),
  'it-admin': ({ ivo }) => web.signIn(ivo.email),
  admin: ({ nora }) => web.signIn(nora.email),
  'super-admin': ({ ada }) => web.signIn(ada.email),
};

type Row = (typeof answers)[number];
type Things = Awaited<ReturnType<typeof makeThings>>;

async function called(browser: Browserlike, { addressOf }: Things, { method, path }: Row): Promise<string> {
  const address = addressOf(path);
  if (method === 'GET') return codeOf(await browser.get(address));
  if (method === 'POST') return codeOf(await browser.post(address));
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const { status } = await fetch(new URL(address, web.address), { method, headers: { cookie } });
  return String(status);
}

const codeOf = ({ status, location }: Answer) =>
  status === 303 && location?.startsWith('/sign-in?return=') ? 'in' : String(status);

const isRefusal = (code: string) => ['in', '401', '403'].includes(code);

test('every address of the running app has a line in the table, and every line an address', () => {
  const inTable = answers
    .map(({ method, path }) => `${method} ${path.replaceAll(/:\w+/g, ':')}`)
    // Two kinds of import behind one address.
    .filter((line, place, all) => all.indexOf(line) === place);
  const inApp = routesOf(web.app).map((route) => route.replaceAll(/:\w+/g, ':'));
  expect(inTable.sort()).toEqual([...inApp].sort());
});

describe.each(visitors!.map((visitor, column) => ({ visitor, column })))(
  '$visitor',
  ({ visitor, column }) => {
    let things: Things;
    let browser: Browserlike;
    beforeAll(async () => {
      things = await makeThings();
      browser = await browserOf[visitor]!(things.cast);
    });

    const codesOf = async (rows: Row[]) => {
      const lines: string[] = [];
      for (const row of rows) lines.push(`${row.method} ${row.path} ${await called(browser, things, row)}`);
      return lines;
    };
    const expectedOf = (rows: Row[]) =>
      rows.map(({ method, path, expected }) => `${method} ${path} ${expected[column]}`);

    test('is refused what is not theirs, and that changes nothing', async () => {
      const refused = answers.filter(({ expected }) => isRefusal(expected[column]!));
      const before = await fingerprintOf(database);
      expect(await codesOf(refused)).toEqual(expectedOf(refused));
      expect(await fingerprintOf(database)).toEqual(before);
    });

    test('looks at what is theirs, and that changes nothing', async () => {
      const seen = answers.filter(
        ({ method, expected }) => method === 'GET' && !isRefusal(expected[column]!),
      );
      const before = await fingerprintOf(database);
      expect(await codesOf(seen)).toEqual(expectedOf(seen));
      expect(await fingerprintOf(database)).toEqual(before);
    });

    test('does what is theirs', async () => {
      const done = answers.filter(
        ({ method, expected }) => method !== 'GET' && !isRefusal(expected[column]!),
      );
      expect(await codesOf(done)).toEqual(expectedOf(done));
    });
  },
);

test('a super-admin who is suspended is nobody at once, though the session is still there', async () => {
  const things = await makeThings();
  const browser = await browserOf['super-admin']!(things.cast);
  await database.em.fork().nativeUpdate(User, { id: things.cast.ada.id }, { status: 'suspended' });
  const closed = answers.filter(({ expected }) => expected[0] === 'in');
  const before = await fingerprintOf(database);
  for (const row of closed)
    expect(await called(browser, things, row), `${row.method} ${row.path}`).toBe('in');
  expect(await fingerprintOf(database)).toEqual(before);
});
