import { beforeEach, describe, expect, test } from 'vitest';
import { openCountsOf } from '../../../database/core/checklist-sql.ts';
import { Request, Seat } from '../../../database/entities/index.ts';
import { undoRecovery } from '../../../database/inventory/corrections.ts';
import { updateLicense } from '../../../database/inventory/licenses.ts';
import { approveRequest, resolveRequest } from '../../../database/inventory/requests.ts';
import { assignSeat, revokeSeat } from '../../../database/inventory/seats.ts';
import { undoResolution } from '../../../database/inventory/undo-resolution.ts';
import { undoRevocation } from '../../../database/inventory/undo-revocation.ts';
import { readSnapshots } from '../../../database/offboarding/snapshots.ts';
import { updateUser } from '../../../database/people/users.ts';
import type { Actor } from '../../../domain/actor.ts';
import type { AuditAction } from '../../../domain/audit.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist, recoverLaptop, rejectRequest } from '../../../testing/cast/clearing.ts';
import { deliveriesTo, subscribe } from '../../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { complete } from '../offboarding/completing.ts';
import { entriesAbout, lastMessage, revisionOf } from '../offboarding/traces.ts';
import { ageLastEntry } from './undoing.ts';

const { database } = await ownDatabase();
const { em } = database;

let cast: Cast;
let ivo: Actor;
let nora: Actor;
beforeEach(async () => {
  cast = await makeCast(database);
  ivo = `user:${cast.ivo.id}`;
  nora = `user:${cast.nora.id}`;
});

const revoke = () => revokeSeat(em, ivo, cast.seatId);
const undoSeat = (actor = ivo) => undoRevocation(em, actor, cast.seatId, 'undo');
const undoRequest = (actor = ivo) => undoResolution(em, actor, cast.requestId, 'undo');
const undoLaptop = (actor = ivo) => undoRecovery(em, actor, cast.laptop.id, cast.laptop.assignmentId, 'undo');

/** The steps on Lena's checklist: the step, its audit action, its undo, and the audit action of that. */
const steps: [
  string,
  () => Promise<unknown>,
  AuditAction,
  (actor?: Actor) => Promise<unknown>,
  AuditAction,
][] = [
  ['a revocation', revoke, 'seat.revoked', undoSeat, 'seat.revocation_undone'],
  [
    'a rejection',
    () => rejectRequest(database, cast),
    'request.resolved',
    undoRequest,
    'request.resolution_undone',
  ],
  ['a recovery', () => recoverLaptop(database, cast), 'asset.recovered', undoLaptop, 'asset.recovery_undone'],
];

describe.each(steps)('undoing %s', (_what, step, stepAction, undo, undoAction) => {
  const undone = async () =>
    (await entriesAbout(database, cast.lena.id)).filter(({ action }) => action === undoAction);

  test('reopens the item in one audited step, and signals the workflow', async () => {
    const open = await openCountsOf(em, cast.lena.id);
    const [before] = await readSnapshots(em, [cast.offboardingId]);
    await step();
    const revision = await revisionOf(database, cast.lena.id);
    await undo();
    expect(await openCountsOf(em, cast.lena.id)).toEqual(open);
    expect(await undone()).toMatchObject([{ actor: ivo }]);
    expect(await lastMessage(database, cast.lena.id)).toMatchObject({ offboardingId: cast.offboardingId });
    expect(await revisionOf(database, cast.lena.id)).toBe(revision + 1);
    const [after] = await readSnapshots(em, [cast.offboardingId]);
    for (const kind of ['hardware', 'seats', 'requests'] as const)
      expect(after![kind].ids).toEqual(before![kind].ids);
  });

  test('twice happens once', async () => {
    await step();
    const answers = await Promise.all([undo(), undo()]);
    expect(answers.map((answer) => (answer as { outcome: string }).outcome).sort()).toEqual([
      'reopened',
      'unchanged',
    ]);
    expect(await undone()).toHaveLength(1);
  });

  test('is refused to another person, and after 15 seconds', async () => {
    await step();
    await expect(undo(nora)).rejects.toMatchObject({ code: 'undo-by-another' });
    await ageLastEntry(database, cast.lena.id, stepAction, 16);
    await expect(undo()).rejects.toMatchObject({
      code: 'undo-too-late',
      message: 'Undo works for 10 seconds. You can still correct it below.',
    });
    expect(await undone()).toEqual([]);
    await ageLastEntry(database, cast.lena.id, stepAction, 14);
    await undo();
    expect(await undone()).toHaveLength(1);
  });

  test('works for a suspended leaver, and for one whom HR marked offboarded', async () => {
    for (const status of ['suspended', 'offboarded'] as const) {
      await step();
      await updateUser(em, 'system', cast.lena.id, { status });
      await undo();
    }
    expect(await undone()).toHaveLength(2);
  });

  test('is refused in words after the completion', async () => {
    await clearChecklist(database, cast);
    expect((await complete(database, cast)).outcome).toBe('completed');
    await expect(undo()).rejects.toMatchObject({
      code: 'already-offboarded',
      message: 'Lena Brandt is already offboarded. Nothing was changed.',
    });
    expect(await undone()).toEqual([]);
  });

  test('publishes "everything cleared" again when the item is cleared again', async () => {
    const endpoint = await subscribe(database, undefined, ['offboarding.cleared']);
    await clearChecklist(database, cast);
    await undo();
    expect(await deliveriesTo(database, endpoint.id)).toHaveLength(1);
    await step();
    expect(await deliveriesTo(database, endpoint.id)).toHaveLength(2);
  });
});

describe('undoing a revocation', () => {
  test('keeps the row, and counts its seat', async () => {
    const { assignedAt } = await em.fork().findOneOrFail(Seat, { id: cast.seatId });
    await revoke();
    expect(await undoSeat()).toEqual({
      outcome: 'reopened',
      licenseId: cast.license.id,
      license: cast.license.name,
      userId: cast.lena.id,
      name: 'Lena Brandt',
    });
    expect(await em.fork().find(Seat, { licenseId: cast.license.id })).toMatchObject([
      { id: cast.seatId, revokedAt: null, assignedAt },
    ]);
  });

  test('is refused when no seat is free, and when the person has another one', async () => {
    await revoke();
    await assignSeat(em, ivo, cast.license.id, cast.emil.id);
    await updateLicense(em, ivo, cast.license.id, { seatsTotal: 1 });
    await expect(undoSeat()).rejects.toMatchObject({
      code: 'no-seat-left',
      message: `The seat went to someone else, and ${cast.license.name} has no other free seat.`,
    });
    await updateLicense(em, ivo, cast.license.id, { seatsTotal: 2 });
    await assignSeat(em, ivo, cast.license.id, cast.lena.id);
    await expect(undoSeat()).rejects.toMatchObject({ code: 'already-has-seat' });
  });

  test('has no time limit as a correction, by any admin', async () => {
    await revoke();
    await ageLastEntry(database, cast.lena.id, 'seat.revoked', 9_999);
    expect(await undoRevocation(em, nora, cast.seatId, 'correction')).toMatchObject({ outcome: 'reopened' });
  });
});

describe('undoing a resolution', () => {
  test('restores pending or approved, and clears the note', async () => {
    const request = () => em.fork().findOneOrFail(Request, { id: cast.requestId });
    const cancel = { outcome: 'cancelled', note: 'By mistake', assetId: null } as const;
    await resolveRequest(em, ivo, cast.requestId, cancel);
    await undoRequest();
    expect(await request()).toMatchObject({ status: 'pending', resolvedAt: null, note: null });
    await approveRequest(em, ivo, cast.requestId);
    await resolveRequest(em, ivo, cast.requestId, cancel);
    await undoResolution(em, nora, cast.requestId, 'correction');
    expect(await request()).toMatchObject({ status: 'approved', resolvedAt: null });
  });

  test('is refused for a fulfilled request', async () => {
    await resolveRequest(em, ivo, cast.requestId, { outcome: 'fulfilled', note: null, assetId: null });
    await expect(undoRequest()).rejects.toMatchObject({ code: 'request-fulfilled' });
  });
});
