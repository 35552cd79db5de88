import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { changeRole } from '../../../database/access/roles.ts';
import { recordRefusal } from '../../../database/access/sign-in-refusals.ts';
import { createToken } from '../../../database/access/tokens.ts';
import { sqlOf } from '../../../database/core/tables.ts';
import { AuditEntry, Offboarding, SignInRefusal, User } from '../../../database/entities/index.ts';
import { assignAsset, recoverAsset } from '../../../database/inventory/assignments.ts';
import { createRequest, resolveRequest } from '../../../database/inventory/requests.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { addNote } from '../../../database/offboarding/handling/notes.ts';
import { setEndDate } from '../../../database/offboarding/offboardings.ts';
import { erasePerson } from '../../../database/people/erasure.ts';
import { updateUser } from '../../../database/people/users.ts';
import { SignInRefused } from '../../../domain/access/sign-in-refusals.ts';
import type { Actor } from '../../../domain/actor.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { closeSent, complete } from '../../../testing/cast/former-employees.ts';
import { csvOf, importing } from '../../../testing/cast/importing.ts';
import { addAttempt, deliveriesTo, subscribe } from '../../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { apiAt } from '../../../testing/web/api.ts';
import { startWeb } from '../../../testing/web/web.ts';
import { markersIn } from './stored-texts.ts';

const own = await ownDatabase();
const { database } = own;
const { em } = database;
const web = await startWeb(own);
const { value } = await createToken(em, 'system', { name: 'hr', scopes: ['users:write'] });
const call = apiAt(web.address, value);

/** Stands only in texts about the person: earlier and present names, addresses, titles, and free texts. */
const markers = ['qxname', 'qxmaiden', 'qxmail', 'qxoldmail', 'qxtitle', 'qxoldtitle', 'qxnote'];

/** These columns keep what another system or an admin named; docs/privacy.md lists them. */
const kept = ['api_tokens.name'];

const execute = (statement: ReturnType<typeof sql>) => statement.execute(sqlOf(em.fork()));

/** Brings the person into every table that can name them. Returns their id. */
async function fillEveryPlace(): Promise<number> {
  const cast = await makeCast(database);
  const { id: endpointId } = await subscribe(database);
  const ivo: Actor = `user:${cast.ivo.id}`;
  const hire = { name: 'Zoë Qxmaiden', email: 'qxoldmail@halden.example', jobTitle: 'Qxoldtitle' };
  const { json } = await call('PUT', '/users/E-7', { body: hire, headers: { 'Idempotency-Key': 'hire' } });
  const { run } = importing(database, `user:${cast.nora.id}`);
  const header = ['externalId', 'name', 'email', 'jobTitle', 'manager'];
  await run(
    'users',
    csvOf(
      header,
      ['E-7', hire.name, hire.email, hire.jobTitle, null],
      [cast.emil.externalId, cast.emil.name, cast.emil.email, null, hire.email],
      [cast.timo.externalId, '', cast.timo.email, null, hire.email],
    ),
  );
  await updateUser(em, 'system', cast.emil.id, { managerId: cast.mira.id });
  await updateUser(em, 'system', cast.timo.id, { managerId: cast.mira.id });
  const married = { name: 'Zoë Qxname', email: 'qxmail@halden.example', jobTitle: 'Qxtitle' };
  await updateUser(em, ivo, json.id, married);
  await changeRole(em, 'system', json.id, 'it-admin');
  const them: Actor = `user:${json.id}`;
  await createToken(em, them, { name: 'Zoë Qxname sync', scopes: ['users:read'] });

  await assignAsset(em, ivo, cast.spare.id, json.id);
  const back = { condition: 'good', nextStatus: 'in_stock' } as const;
  await recoverAsset(em, ivo, cast.spare.id, { ...back, note: 'Qxnote, scratched' });
  await recoverAsset(em, ivo, cast.laptop.id, { ...back, note: 'Handed over by ZOË QXNAME.' });
  const wish = { item: 'Chair for Zoë Qxname', reason: 'Qxnote' };
  const requestId = await createRequest(em, them, json.id, wish);
  await resolveRequest(em, ivo, requestId, { outcome: 'rejected', note: 'Qxnote again', assetId: null });
  const others = { item: 'Headset', reason: 'As qxmail@halden.example has' };
  const otherId = await createRequest(em, ivo, cast.emil.id, others);
  await resolveRequest(em, ivo, otherId, { outcome: 'rejected', note: 'Zoë Qxmaiden’s', assetId: null });

  await addNote(em, cast.ivo.id, json.id, 'Qxnote, on the phone');
  await addNote(em, cast.ivo.id, cast.emil.id, 'Ask Zoë Qxname');
  const waits = sql`waiting_for = 'Qxnote of Zoë Qxname', waiting_until = '2026-12-03'`;
  for (const table of ['assignments', 'seats', 'requests'])
    await execute(sql`update ${sql.table(table)} set ${waits} where user_id = ${json.id}`);
  await execute(sql`update seats set waiting_for = 'Zoë Qxname', waiting_until = '2026-12-03'`);

  await execute(sql`update assets set location = 'Desk of Zoë Qxname' where id = ${cast.laptop.id}`);
  await execute(
    sql`update webhook_endpoints set description = 'Set up by Zoë Qxname' where id = ${endpointId}`,
  );
  await execute(sql`update imports set file_name = 'from Zoë Qxname.csv'`);
  await setEndDate(em, 'system', cast.timo.id, '2026-01-31');
  const { id } = await em.fork().findOneOrFail(Offboarding, { userId: cast.timo.id });
  await completeOffboarding(em, id, them);
  await complete(database, json.id, ivo);
  for (const { id: deliveryId } of await deliveriesTo(database, endpointId))
    await addAttempt(database, deliveryId, 1, 'delivered');
  await execute(sql`update webhook_attempts set response = 'Received Qxnote of Zoë Qxname' where delivery_id in (
    select d.id from webhook_deliveries d join webhook_events e on e.id = d.event_id
    where (e.data->'user'->>'id')::int = ${json.id}::int)`);
  await execute(sql`update webhook_attempts set response = 'By Zoë Qxname' where response = 'oops'`);
  await execute(sql`insert into notifications (user_id, kind, about_user_id, details)
    values (${cast.ada.id}, 'tokens_ended', ${json.id}, '{"tokens": ["Zoë Qxname sync"]}')`);
  await closeSent(database);
  return json.id;
}

test('(R23) an erased person is named in no column of any table, and the counts stay', async () => {
  const id = await fillEveryPlace();
  await execute(sql`insert into provider_accounts (issuer, subject, user_id, linked_by)
    values ('https://idp.example', 'qxmail@halden.example', ${id}, 'email')`);
  await recordRefusal(em, new SignInRefused('no-access', id));
  const before = await markersIn(own, markers);
  const places = new Set(before.map(({ place }) => place));
  for (const place of [
    'users.name',
    'provider_accounts.subject',
    'users.email',
    'users.job_title',
    'audit_entries.details',
    'assignments.note',
    'assignments.waiting_for',
    'seats.waiting_for',
    'requests.waiting_for',
    'leaver_notes.text',
    'requests.item',
    'requests.reason',
    'requests.note',
    'assets.location',
    'imports.file_name',
    'import_rows.cells',
    'import_rows.stated',
    'import_rows.other_key',
    'webhook_endpoints.description',
    'webhook_events.data',
    'webhook_attempts.response',
    'notifications.details',
    'idempotency_keys.answer',
  ])
    expect([...places]).toContain(place);
  expect(new Set(before.map(({ marker }) => marker))).toEqual(new Set(markers));
  const entries = await em.fork().count(AuditEntry);

  expect(await erasePerson(em, 'system', id)).toBe(true);
  const after = (await markersIn(own, markers)).filter(({ place }) => !kept.includes(place));
  expect(after).toEqual([
    { place: 'audit_entries.details', marker: 'qxname', text: expect.stringContaining('"tokenId"') },
  ]);
  expect(await em.fork().count(AuditEntry)).toBe(entries + 1);
  expect(await em.fork().findOneOrFail(User, { id })).toMatchObject({
    externalId: 'E-7',
    name: `Former employee #${id}`,
    email: null,
    jobTitle: null,
    erasedAt: expect.any(Date),
  });
  expect(await em.fork().count(SignInRefusal, { userId: id })).toBe(0);
  const { rows } = await execute(sql`select item from requests where user_id = ${id}`);
  expect(rows).toEqual([{ item: `Chair for Former employee #${id}` }]);
  const actions = await em.fork().find(AuditEntry, { userId: id }, { orderBy: { id: 'desc' } });
  expect(actions[0]).toMatchObject({ action: 'user.erased', actor: 'system', details: {} });
  expect(actions.find(({ action }) => action === 'user.updated')!.details).toEqual({
    fields: ['name', 'email', 'jobTitle'],
    from: Array(3).fill(`Former employee #${id}`),
    to: Array(3).fill(`Former employee #${id}`),
  });
});
