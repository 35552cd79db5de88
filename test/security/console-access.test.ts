import { beforeAll, describe, expect, test } from 'vitest';
import { createLink } from '../../database/access/one-time-links.ts';
import { createToken } from '../../database/access/tokens.ts';
import { createBulkAction } from '../../database/bulk/actions.ts';
import { ColumnMapping, User } from '../../database/entities/index.ts';
import { assignSeat } from '../../database/inventory/seats.ts';
import { mailTokens } from '../../database/mail/tokens.ts';
import { type Cast, makeCast } from '../../testing/cast/cast.ts';
import { testKey } from '../../testing/cast/engine.ts';
import { fingerprintOf } from '../../testing/cast/fingerprint.ts';
import { csvOf, importing } from '../../testing/cast/importing.ts';
import { addDelivery, subscribe } from '../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { routesOf } from '../../testing/web/routes.ts';
import { bannedOnScreen } from '../../testing/web/screen-words.ts';
import { type Answer, type Browserlike, startWeb } from '../../testing/web/web.ts';
import { type Row, rows, visitors } from './console-table.ts';

const own = await ownDatabase();
const { database } = own;
const web = await startWeb(own, { SECRET_KEY: testKey });

/** A separate cast for a visitor, with a record for every route parameter. */
async function makeRecords() {
  const { em } = database;
  const cast = await makeCast(database);
  const { id: endpointId } = await subscribe(database);
  const { upload } = importing(database, `user:${cast.ada.id}`);
  const people = await upload('users', csvOf(['email', 'jobTitle'], [cast.emil.email, 'Designer']));
  const assets = await upload('assets', csvOf(['tag', 'location'], [cast.spare.tag, 'Porto']));
  const unmapped = await upload('users', csvOf(['email', 'Exit'], [cast.emil.email, '']), true);
  const remembered = em.fork();
  const mapping = remembered.create(ColumnMapping, {
    kind: 'assets',
    headerHash: String(cast.ada.id),
    columns: [{ header: 'Sticker', field: 'tag' }],
    mappedBy: 'system',
  });
  await remembered.flush();
  const token = await createToken(em, 'system', { name: `feed ${cast.ada.id}`, scopes: ['users:read'] });
  const bulk = await createBulkAction(em, {
    token: crypto.randomUUID(),
    kind: 'rejection',
    userId: cast.lena.id,
    actor: 'system',
    items: [{ itemId: cast.requestId }],
  });
  const params: Record<string, unknown> = {
    bulkId: bulk.id,
    userId: cast.timo.id,
    leaverId: cast.lena.id,
    noteId: 999,
    seatId: await assignSeat(em, 'system', cast.license.id, cast.timo.id),
    assetId: cast.spare.id,
    licenseId: cast.license.id,
    requestId: cast.requestId,
    importId: assets.id,
    importOfPeople: people.id,
    unmapped: unmapped.id,
    mappingId: mapping.id,
    endpointId,
    deliveryId: await addDelivery(database, endpointId, 'failed'),
    tokenId: token.token.id,
    invitation: await createLink(em, { userId: cast.emil.id, purpose: 'invitation', actor: 'system' }),
    unsubscribing: mailTokens(testKey).sign({ userId: cast.mira.id, kind: 'reminders' }),
    mailId: 1,
    questionId: 1,
    sessionKey: 'a'.repeat(64),
    file: 'htmx.js',
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

/** Every answer that a visitor got. */
const answers: { page: string; text: string }[] = [];

type VisitorRecords = Awaited<ReturnType<typeof makeRecords>>;

async function called(
  browser: Browserlike,
  { addressOf }: VisitorRecords,
  { method, path }: Row,
): Promise<string> {
  const address = addressOf(path);
  if (method === 'GET' || method === 'POST') {
    const answer = await (method === 'GET' ? browser.get(address) : browser.post(address));
    answers.push({ page: `${method} ${path} ${answer.status}`, text: answer.text });
    return codeOf(answer);
  }
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const { status } = await fetch(new URL(address, web.address), { method, headers: { cookie } });
  return String(status);
}

const codeOf = ({ status, location }: Answer) =>
  status === 303 && location?.startsWith('/sign-in?return=') ? 'in' : String(status);

const isRefusal = (code: string) => ['in', '401', '403'].includes(code);

test('the table lists exactly the addresses of the running app', () => {
  const inTable = rows
    .map(({ method, path }) => `${method} ${path.replaceAll(/:\w+/g, ':')}`)
    // One address serves two kinds of import.
    .filter((line, place, all) => all.indexOf(line) === place);
  const inApp = routesOf(web.app).map((route) => route.replaceAll(/:\w+/g, ':'));
  expect(inTable.sort()).toEqual([...inApp].sort());
});

describe.each(visitors.map((visitor, column) => ({ visitor, column })))('$visitor', ({ visitor, column }) => {
  let records: VisitorRecords;
  let browser: Browserlike;
  beforeAll(async () => {
    records = await makeRecords();
    browser = await browserOf[visitor]!(records.cast);
  });

  const codesOf = async (those: Row[]) => {
    const lines: string[] = [];
    for (const row of those) lines.push(`${row.method} ${row.path} ${await called(browser, records, row)}`);
    return lines;
  };
  const expectedOf = (those: Row[]) =>
    those.map(({ method, path, expected }) => `${method} ${path} ${expected[column]}`);

  test('is refused forbidden addresses, which changes nothing', async () => {
    const refused = rows.filter(({ expected }) => isRefusal(expected[column]!));
    const before = await fingerprintOf(database);
    expect(await codesOf(refused)).toEqual(expectedOf(refused));
    expect(await fingerprintOf(database)).toEqual(before);
  });

  test('reads permitted addresses, which changes nothing', async () => {
    const seen = rows.filter(({ method, expected }) => method === 'GET' && !isRefusal(expected[column]!));
    const before = await fingerprintOf(database);
    expect(await codesOf(seen)).toEqual(expectedOf(seen));
    expect(await fingerprintOf(database)).toEqual(before);
  });

  test('writes to permitted addresses', async () => {
    const done = rows.filter(({ method, expected }) => method !== 'GET' && !isRefusal(expected[column]!));
    expect(await codesOf(done)).toEqual(expectedOf(done));
  });
});

test('no page says what the screen does not say', () => {
  expect(answers.length).toBeGreaterThan(500);
  const found = answers.flatMap(({ page, text }) => bannedOnScreen(text).map((words) => `${page}: ${words}`));
  expect([...new Set(found)]).toEqual([]);
});

test('a suspended super-admin is signed out at once, though the session is still stored', async () => {
  const records = await makeRecords();
  const browser = await browserOf['super-admin']!(records.cast);
  await database.em.fork().nativeUpdate(User, { id: records.cast.ada.id }, { status: 'suspended' });
  const closed = rows.filter(({ expected }) => expected[0] === 'in');
  const before = await fingerprintOf(database);
  for (const row of closed)
    expect(await called(browser, records, row), `${row.method} ${row.path}`).toBe('in');
  expect(await fingerprintOf(database)).toEqual(before);
});
