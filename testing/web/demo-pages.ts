import { sql } from 'kysely';
import { createLink } from '../../database/access/one-time-links.ts';
import { hashPassword } from '../../database/access/passwords.ts';
import { keepAnswer } from '../../database/access/provider-answer.ts';
import { recordRefusal } from '../../database/access/sign-in-refusals.ts';
import { createToken } from '../../database/access/tokens.ts';
import { createBulkAction } from '../../database/bulk/actions.ts';
import type { Database } from '../../database/core/orm.ts';
import { sqlOf } from '../../database/core/tables.ts';
import { Assignment, ColumnMapping, ProviderAccount, User } from '../../database/entities/index.ts';
import { mailTokens } from '../../database/mail/tokens.ts';
import { addNote } from '../../database/offboarding/handling/notes.ts';
import { changeOwner } from '../../database/offboarding/handling/owner.ts';
import { setWaiting } from '../../database/offboarding/handling/waiting.ts';
import { SignInRefused } from '../../domain/access/sign-in-refusals.ts';
import { fillDemo } from '../../scripts/demo/fill.ts';
import { castPassword } from '../cast/cast.ts';
import { testKey } from '../cast/engine.ts';
import { csvOf, importing } from '../cast/importing.ts';
import { addAttempt, addDelivery, subscribe } from '../cast/webhooks.ts';

/** The new name of a leaver and manager, because no word in the demo is so long. */
const longWord = 'Wolfeschlegelsteinhausenbergerdorffvoralternwarengewissenhaft Brandt';

/** The super-admin of the demo. */
export const demoAdmin = 'admin@lastday.example';

/** The variables of a demo with an identity provider, which no one answers for. */
export const demoProvider = {
  OIDC_ISSUER: 'http://127.0.0.1:9/realms/subsidiary-of-halden-robotics',
  OIDC_CLIENT_ID: '3f1c0a52-6a2e-4b4e-9a5d-0d3f0b6c7e11',
  OIDC_CLIENT_SECRET: 'a secret',
  OIDC_ROLE_CLAIM: 'realm_access.roles',
  OIDC_ROLE_MAP: JSON.stringify({
    'lastday-information-technology-administrators': 'it-admin',
    'halden-robotics-human-resources': 'admin',
  }),
};

/**
 * Fills a database with the demo, and with records of what the demo has none of. Returns the address of each page by
 * its route: the record for every parameter is the one with the longest texts.
 */
export async function makeDemoPages(database: Database): Promise<(route: string) => string> {
  const { em } = database;
  await fillDemo(database);
  await em
    .fork()
    .nativeUpdate(User, { email: demoAdmin }, { passwordHash: await hashPassword(castPassword) });
  const idOf = async (query: string): Promise<number> => {
    const { rows } = await sql.raw<{ id: number }>(query).execute(sqlOf(em.fork()));
    return rows[0]!.id;
  };
  await em.fork().nativeUpdate(User, { name: 'Παναγιώτης Παπαδόπουλος' }, { name: longWord });
  const userId = await idOf('select id from users order by length(name) desc limit 1');
  await handle(database, userId);
  await addSignIns(database, userId);
  const params: Record<string, unknown> = {
    userId,
    assetId: await idOf(
      `select asset_id as id from assignments where returned_at is null and user_id = ${userId}`,
    ),
    licenseId: await idOf('select id from licenses order by seats_used desc, length(name) desc limit 1'),
    requestId: await idOf(
      `select id from requests where user_id = ${userId} and status in ('pending', 'approved')`,
    ),
    seatId: await idOf(`select id from seats where revoked_at is null and user_id = ${userId}`),
    noteId: await idOf('select min(id) as id from leaver_notes'),
    mailId: 1,
    questionId: 1,
    sessionKey: 'a'.repeat(64),
    importId: await importWithErrors(database, userId),
    bulkId: await waitingReminder(database, userId),
    ...(await addSettings(database)),
  };
  const others: Record<string, string> = {
    '/offboarding/:userId/completion': `/offboarding/${await idOf(clearLeaver)}/completion`,
    '/assets/recovery': `/assets/recovery?ids=${await heldBy(em, userId)}`,
    '/imports/:importId/columns': `/imports/${await importWithoutMapping(database)}/columns`,
    '/invitation/:token': `/invitation/${await createLink(em, { userId, purpose: 'invitation', actor: 'system' })}`,
    '/unsubscribe/:token': `/unsubscribe/${mailTokens(testKey).sign({ userId, kind: 'reminders' })}`,
  };
  params.mappingId = await rememberMapping(database);
  const paramOf = (route: string, name: string) => {
    if (params[name] === undefined)
      throw new Error(`${route}: give :${name} a value in testing/web/demo-pages.ts`);
    return String(params[name]);
  };
  return (route) => others[route] ?? route.replaceAll(/:(\w+)/g, (_, name) => paramOf(route, name));
}

/** The leaver of the demo who has nothing left to clear. */
const clearLeaver = "select id from users where name = 'Marcus Weber'";

/** An order about the person that nothing executes. */
async function waitingReminder({ em }: Database, userId: number): Promise<number> {
  const order = { token: crypto.randomUUID(), kind: 'reminder', userId: null, actor: 'system' } as const;
  return (await createBulkAction(em, { ...order, items: [{ itemId: userId }] })).id;
}

/** The ids of the devices that the person has. */
async function heldBy(em: Database['em'], userId: number): Promise<string> {
  const held = await em.fork().find(Assignment, { userId, returnedAt: null });
  return held.map(({ assetId }) => assetId).join(',');
}

async function importWithErrors(database: Database, userId: number): Promise<number> {
  const { externalId, email } = await database.em.fork().findOneOrFail(User, { id: userId });
  const { id } = await importing(database, 'system').upload(
    'users',
    csvOf(
      ['externalId', 'email', 'jobTitle', 'endDate', 'managerExternalId'],
      [
        externalId!,
        email!,
        'Head of Customer Success Operations and Enterprise Onboarding',
        '2027-01-31',
        '',
      ],
      [
        'E-77777',
        'a.very.long.address.of.one.person@subsidiary.halden-robotics.example',
        'Lead',
        '31/02/2027',
        'E-0',
      ],
    ),
  );
  return id;
}

async function importWithoutMapping(database: Database): Promise<number> {
  const csv = csvOf(['email', 'Termination date'], [demoAdmin, '2027-01-31']);
  return (await importing(database, 'system').upload('users', csv, true)).id;
}

/** Gives a leaver an owner, a note and a device that waits, with long texts. */
async function handle({ em }: Database, userId: number): Promise<void> {
  const { id: ownerId } = await em.fork().findOneOrFail(User, { email: demoAdmin });
  await changeOwner(em, 'system', userId, ownerId);
  await addNote(em, ownerId, userId, `Handed to ${longWord}.\nAsk at reception.`);
  const { id } = await em.fork().findOneOrFail(Assignment, { userId, returnedAt: null });
  const waiting = { waitingFor: 'the courier from the office in Lisbon', until: '2099-01-31' };
  await setWaiting(em, 'system', userId, { kind: 'hardware', id }, waiting);
}

/** An account at the provider, a refused sign-in of a person, and an answer that was wrong. */
async function addSignIns({ em }: Database, userId: number): Promise<void> {
  const fork = em.fork();
  const issuer = demoProvider.OIDC_ISSUER;
  const admin = await fork.findOneOrFail(User, { email: demoAdmin });
  for (const { id } of [admin, { id: userId }])
    fork.create(ProviderAccount, {
      issuer,
      subject: `248289761001-${id}`,
      userId: id,
      linkedBy: 'invitation',
    });
  await fork.flush();
  await recordRefusal(em, new SignInRefused('no-role', userId));
  await recordRefusal(em, new SignInRefused('invalid-answer', null, 'OAUTH_KEY_SELECTION_FAILED'));
  await keepAnswer(em, { issuer, problem: 'certificate', detail: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
}

async function rememberMapping({ em }: Database): Promise<number> {
  const fork = em.fork();
  const mapping = fork.create(ColumnMapping, {
    kind: 'assets',
    headerHash: 'demo',
    columns: [
      { header: 'Sticker on the underside of the device', field: 'tag' },
      { header: 'Colour', field: null },
    ],
    mappedBy: 'system',
  });
  await fork.flush();
  return mapping.id;
}

/** An API token, and an endpoint with a delivery in each state. */
async function addSettings(database: Database) {
  const { token } = await createToken(database.em, 'system', {
    name: 'Nightly synchronisation of the HR system',
    scopes: ['users:read', 'users:write', 'assets:write', 'seats:write', 'requests:write', 'imports:write'],
  });
  const { id: endpointId } = await subscribe(
    database,
    'https://hooks.subsidiary.halden-robotics.example/integrations/lastday/events/incoming',
  );
  await addDelivery(database, endpointId, 'delivered');
  const pending = await addDelivery(database, endpointId, 'pending');
  await addAttempt(database, pending, 1, 'http_error');
  const deliveryId = await addDelivery(database, endpointId, 'failed');
  await addAttempt(database, deliveryId, 1, 'http_error');
  return { tokenId: token.id, endpointId, deliveryId };
}
