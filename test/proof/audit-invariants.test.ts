import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { assignAsset } from '../../database/inventory/assignments.ts';
import { undoRecovery } from '../../database/inventory/corrections.ts';
import { undoAssignment } from '../../database/inventory/undo-assignment.ts';
import { undoResolution } from '../../database/inventory/undo-resolution.ts';
import { undoRevocation } from '../../database/inventory/undo-revocation.ts';
import { completeOffboarding } from '../../database/offboarding/completion.ts';
import { brokenAuditInvariants } from '../../prove/races/audit-invariants.ts';
import { deliveryProblems } from '../../prove/races/delivery-problems.ts';
import { brokenInvariants } from '../../prove/races/schema-invariants.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist, recoverLaptop } from '../../testing/cast/clearing.ts';
import { subscribe } from '../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { asOwner } from '../../testing/servers/owner.ts';

const { database, url, ownerUrl } = await ownDatabase();
const pool = new pg.Pool({ connectionString: url });
afterAll(() => pool.end());
await subscribe(database);

/** A correctly offboarded leaver, whose signals are marked as sent. */
async function offboarded() {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  await completeOffboarding(database.em, cast.offboardingId, `user:${cast.ivo.id}`);
  await pool.query('update outbox set sent_at = now()');
  const { lena, rosa, timo, mira } = cast;
  const people = [lena.id, rosa.id, timo.id, mira.id];
  return { ...cast, company: { people, assets: [], licenses: [], baseline: 0 } };
}

type Offboarded = Awaited<ReturnType<typeof offboarded>>;
const copyOf = (table: string, columns: string, where: string) =>
  `insert into ${table} (${columns}) select ${columns} from ${table} where ${where}`;

test('the checks find nothing wrong with a correct offboarding', async () => {
  const { company } = await offboarded();
  expect(await brokenAuditInvariants(pool, company)).toEqual([]);
});

test('(R19) the checks find nothing wrong with undone steps and a corrected recovery', async () => {
  const { em } = database;
  const cast = await makeCast(database);
  await recoverLaptop(database, cast);
  await undoRecovery(em, 'system', cast.laptop.id);
  await clearChecklist(database, cast);
  const ivo = `user:${cast.ivo.id}` as const;
  await undoRecovery(em, ivo, cast.laptop.id, cast.laptop.assignmentId, 'undo');
  await undoRevocation(em, ivo, cast.seatId, 'undo');
  await undoResolution(em, ivo, cast.requestId, 'undo');
  const assignmentId = await assignAsset(em, ivo, cast.spare.id, cast.lena.id);
  await undoAssignment(em, ivo, cast.spare.id, assignmentId, 'undo');
  await clearChecklist(database, cast);
  await completeOffboarding(em, cast.offboardingId, `user:${cast.ivo.id}`);
  await undoRecovery(em, 'system', cast.laptop.id);
  const { lena, rosa, timo, mira } = cast;
  const people = [lena.id, rosa.id, timo.id, mira.id];
  const broken = async () => {
    await pool.query('update outbox set sent_at = now()');
    const found = await brokenAuditInvariants(pool, { people, assets: [], licenses: [], baseline: 0 });
    return [...found, ...(await brokenInvariants(pool))];
  };
  expect(await broken()).toEqual([]);
  await recoverLaptop(database, cast);
  expect(await broken()).toEqual([]);
});

test.each<[what: string, finding: string, corruption: (cast: Offboarded) => string]>([
  [
    'a report cleared twice',
    'without exactly one audit entry for each report',
    ({ rosa }) =>
      copyOf(
        'audit_entries',
        'action, actor, user_id, details, at',
        `action = 'user.manager_cleared' and user_id = ${rosa.id}`,
      ),
  ],
  [
    'a completion with a notification to another person',
    'without exactly one notification, to the manager',
    ({ lena, ivo }) =>
      `update notifications set user_id = ${ivo.id} where kind = 'offboarding_completed' and about_user_id = ${lena.id}`,
  ],
  [
    'a completion with two notifications',
    'without exactly one notification, to the manager',
    ({ lena }) =>
      copyOf(
        'notifications',
        'user_id, kind, about_user_id, details',
        `kind = 'offboarding_completed' and about_user_id = ${lena.id}`,
      ),
  ],
  [
    'an event without its delivery',
    'without exactly one delivery for each subscribed endpoint',
    ({ offboardingId }) =>
      `delete from webhook_deliveries where event_id in (
        select id from webhook_events where offboarding_id = ${offboardingId} and type = 'user.offboarded')`,
  ],
  [
    'an opening without its event',
    'without exactly one event for each of its changes',
    ({ offboardingId }) =>
      `with deleted as (delete from webhook_deliveries where event_id in (
         select id from webhook_events where offboarding_id = ${offboardingId} and type = 'offboarding.started'))
       update webhook_events set type = 'offboarding.cleared'
       where offboarding_id = ${offboardingId} and type = 'offboarding.started'`,
  ],
  [
    'a change that was not sent to Temporal',
    'has an outbox row that was not sent',
    ({ lena }) => `update outbox set sent_at = null where user_id = ${lena.id}`,
  ],
])('the checks find %s', async (_, finding, corruption) => {
  const cast = await offboarded();
  await asOwner(ownerUrl, corruption(cast));
  expect(await brokenAuditInvariants(pool, cast.company)).toContainEqual(expect.stringContaining(finding));
});

test('the checks find an event that a receiver did not get, and one that was never sent', async () => {
  const { company, lena } = await offboarded();
  const { rows } = await pool.query<{ id: string; type: string }>(
    `select id, type from webhook_events where (data->'user'->>'id')::int = $1 order by type`,
    [lena.id],
  );
  const received = rows.map(({ id, type }) => ({
    method: 'POST',
    path: '/',
    headers: { 'webhook-id': id },
    body: JSON.stringify({ type, data: { user: { id: lena.id } } }),
  }));
  expect(await deliveryProblems(pool, company.people, { received })).toEqual([]);
  const [first, ...others] = received;
  expect(await deliveryProblems(pool, company.people, { received: others })).toHaveLength(1);
  const forged = { ...first!, headers: { 'webhook-id': 'evt_never' } };
  expect(await deliveryProblems(pool, company.people, { received: [...received, forged] })).toHaveLength(1);
});
