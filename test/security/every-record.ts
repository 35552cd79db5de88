import { createLink } from '../../database/access/one-time-links.ts';
import { createToken, revokeToken } from '../../database/access/tokens.ts';
import { createBulkAction } from '../../database/bulk/actions.ts';
import { executeBulkAction } from '../../database/bulk/execute.ts';
import type { Database } from '../../database/core/orm.ts';
import { ColumnMapping, Mail, Notification, Offboarding, User } from '../../database/entities/index.ts';
import { assignAsset, recoverAsset } from '../../database/inventory/assignments.ts';
import { undoRecovery } from '../../database/inventory/corrections.ts';
import { createRequest, resolveRequest } from '../../database/inventory/requests.ts';
import { assignSeat } from '../../database/inventory/seats.ts';
import { mailTokens } from '../../database/mail/tokens.ts';
import { completeOffboarding } from '../../database/offboarding/completion.ts';
import { addNote } from '../../database/offboarding/handling/notes.ts';
import { changeOwner } from '../../database/offboarding/handling/owner.ts';
import { setWaiting } from '../../database/offboarding/handling/waiting.ts';
import { updateUser } from '../../database/people/users.ts';
import type { WaitingKind } from '../../domain/offboarding/waiting.ts';
import type { NotificationKind } from '../../domain/wording/notifications.ts';
import { type Cast, makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { testKey } from '../../testing/cast/engine.ts';
import { csvOf, importing } from '../../testing/cast/importing.ts';
import { addAttempt, addDelivery, subscribe } from '../../testing/cast/webhooks.ts';

/** A cast with a leaver, and a cast whose leaver is offboarded. */
interface Casts {
  leaving: Cast;
  gone: Cast;
}

/** The values of each route parameter. */
export type Params = Record<string, (number | string)[]>;

/** Every address of a route of the console. */
export function addressesOf(path: string, params: Params): string[] {
  const name = /:(\w+)/.exec(path)?.[1];
  if (name === undefined) return [path];
  if (params[name] === undefined)
    throw new Error(`Say in every-record.ts what :${name} of ${path} stands for.`);
  return params[name].flatMap((value) => addressesOf(path.replace(`:${name}`, String(value)), params));
}

/**
 * Makes records of every kind that pages show, in every state in which they show texts. Returns the
 * leaving cast and the values of each route parameter.
 */
export async function makeEveryRecord(database: Database): Promise<{ leaving: Cast; params: Params }> {
  const casts = { leaving: await makeCast(database), gone: await makeCast(database) };
  const params = {
    ...(await makeItems(database, casts)),
    ...(await makeWebhooks(database)),
    ...(await makeImports(database, casts)),
    ...(await makeTokens(database, casts)),
    ...(await makeMessages(database, casts)),
    ...(await makeLinks(database, casts)),
    sessionKey: ['a'.repeat(64)],
    noteId: [1],
    passkeyId: [1],
  };
  return { leaving: casts.leaving, params };
}

const noResult = { outcome: 'refused', reason: null } as const;

async function makeItems(database: Database, { leaving, gone }: Casts): Promise<Params> {
  const { em } = database;
  const actor = `user:${gone.ivo.id}` as const;
  await clearChecklist(database, gone);
  await completeOffboarding(em, gone.offboardingId, actor);
  await assignAsset(em, actor, leaving.spare.id, leaving.timo.id);
  const back = { condition: 'worn', nextStatus: 'lost', note: 'On a train' } as const;
  await recoverAsset(em, actor, leaving.spare.id, back);
  await undoRecovery(em, actor, gone.laptop.id);
  await recoverAsset(em, actor, gone.laptop.id, back);
  await assignAsset(em, actor, gone.spare.id, gone.emil.id);
  await updateUser(em, actor, gone.emil.id, { status: 'offboarded' });
  await em.fork().nativeUpdate(User, { id: leaving.lena.id }, { startDate: '2020-01-01' });
  await handle(database, leaving);
  const seatId = await assignSeat(em, actor, leaving.license.id, leaving.timo.id);
  const rejectedRequest = await createRequest(em, actor, leaving.emil.id, { item: 'Chair', reason: 'Back' });
  await resolveRequest(em, actor, rejectedRequest, { outcome: 'rejected', note: 'No chairs', assetId: null });
  const bulk = await createBulkAction(em, {
    token: crypto.randomUUID(),
    kind: 'rejection',
    userId: leaving.emil.id,
    actor,
    items: [{ itemId: rejectedRequest }],
  });
  const noEngine = () => Promise.reject(new Error('No seat is revoked here.'));
  await executeBulkAction(em, bulk.id, { revokeByWorkflow: noEngine, resultOf: () => noResult });
  return {
    bulkId: [bulk.id],
    userId: [leaving, gone]
      .flatMap((cast) => [cast.lena, cast.emil, cast.timo, cast.mira])
      .map(({ id }) => id),
    assetId: [leaving, gone].flatMap(({ laptop, spare }) => [laptop.id, spare.id]),
    licenseId: [leaving.license.id, gone.license.id],
    requestId: [leaving.requestId, gone.requestId, rejectedRequest],
    seatId: [seatId],
  };
}

/** A leaver with an owner, a note and an item of each kind that waits for something. */
async function handle({ em }: Database, { lena, ivo, laptop, seatId, requestId }: Cast): Promise<void> {
  await changeOwner(em, 'system', lena.id, ivo.id);
  await addNote(em, ivo.id, lena.id, 'At reception');
  const items = { hardware: laptop.assignmentId, software: seatId, request: requestId };
  for (const [kind, id] of Object.entries(items) as [WaitingKind, number][])
    await setWaiting(em, 'system', lena.id, { kind, id }, { waitingFor: 'a courier', until: '2099-01-31' });
}

async function makeWebhooks(database: Database): Promise<Params> {
  const endpoint = await subscribe(database);
  const failed = await addDelivery(database, endpoint.id, 'failed');
  const pending = await addDelivery(database, endpoint.id, 'pending');
  await addAttempt(database, failed, 1, 'http_error');
  await addAttempt(database, pending, 1, 'http_error');
  return { endpointId: [endpoint.id], deliveryId: [failed, pending] };
}

async function makeImports(database: Database, { leaving, gone }: Casts): Promise<Params> {
  const { upload, run } = importing(database, `user:${leaving.ada.id}`);
  const people = csvOf(
    ['email', 'name', 'department', 'endDate', 'managerExternalId'],
    [leaving.emil.email, 'Emil', 'Sales', '2099-01-31', gone.lena.externalId],
    ['new@x.example', 'New', 'Sales', '', leaving.mira.externalId],
    ['nobody', '', '', 'soon', ''],
  );
  const assets = csvOf(['tag', 'model', 'location'], [gone.laptop.tag, 'X1', 'Porto']);
  const licenses = csvOf(['license', 'vendor', 'seatsTotal'], ['Miro', 'Miro', 4], ['', '', 'x']);
  const imports = [
    await upload('users', people),
    await upload('assets', assets),
    await run('licenses', licenses),
    await upload('users', csvOf(['email', 'Exit'], [leaving.emil.email, 'soon']), true),
  ];
  const fork = database.em.fork();
  const mapping = fork.create(ColumnMapping, {
    kind: 'users',
    headerHash: 'of a header',
    columns: [
      { header: 'Exit', field: 'endDate' },
      { header: 'Pay', field: null },
    ],
    mappedBy: `user:${gone.ivo.id}`,
  });
  await fork.flush();
  return { importId: imports.map(({ id }) => id), mappingId: [mapping.id] };
}

async function makeTokens({ em }: Database, { leaving, gone }: Casts): Promise<Params> {
  const ada = `user:${leaving.ada.id}` as const;
  await createToken(em, ada, { name: 'hr feed', scopes: ['users:read'] });
  const old = await createToken(em, ada, { name: 'old feed', scopes: ['users:read'] });
  await revokeToken(em, `user:${gone.ivo.id}`, old.token.id);
  return { tokenId: [old.token.id] };
}

/** The details of each kind of notification. */
const details: Partial<Record<NotificationKind, Record<string, string | string[]>>> = {
  offboarding_completed: {},
  offboarding_reminder: { endDate: '2099-01-31' },
  waiting_over: { tag: 'LT-1', until: '2026-12-03' },
  owner_removed: { leavers: '2' },
  tokens_ended: { tokens: ['hr'] },
  token_limited: { token: 'hr' },
  directory_limited: {},
  directory_last_super_admin: {},
  directory_question: { question: 'address' },
  webhook_failed: { url: 'https://x.example' },
  webhook_disabled: { url: 'https://x.example', reason: 'gone' },
  offboarding_stuck: { step: 'sending' },
  mail_failed: { outcome: 'refused' },
  import_ended: { fileName: 'people.csv', kind: 'users', state: 'done' },
};

async function makeMessages({ em }: Database, { leaving }: Casts): Promise<Params> {
  const fork = em.fork();
  for (const [kind, fields] of Object.entries(details))
    for (const userId of [leaving.ada.id, leaving.lena.id])
      fork.create(Notification, {
        userId,
        kind: kind as NotificationKind,
        aboutUserId: leaving.lena.id,
        details: fields,
      });
  fork.create(Mail, {
    userId: leaving.emil.id,
    kind: 'completions',
    offboardingId: leaving.offboardingId,
    state: 'failed',
    outcome: 'refused',
    closedAt: new Date(),
  });
  await fork.flush();
  await em.fork().nativeUpdate(Offboarding, { id: leaving.offboardingId }, { failedStep: 'sending' });
  return { mailId: [1], questionId: [1] };
}

async function makeLinks({ em }: Database, { leaving }: Casts): Promise<Params> {
  const userId = leaving.emil.id;
  const invitation = await createLink(em, { userId, purpose: 'invitation', actor: 'system' });
  const unsubscribing = mailTokens(testKey).sign({ userId: leaving.mira.id, kind: 'reminders' });
  return { token: [invitation, unsubscribing] };
}
