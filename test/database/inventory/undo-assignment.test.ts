import { beforeEach, describe, expect, test } from 'vitest';
import { openCountsOf } from '../../../database/core/checklist-sql.ts';
import { Assignment, Request } from '../../../database/entities/index.ts';
import { assetById } from '../../../database/inventory/assets.ts';
import { assignAsset, historyOf, recoverAsset } from '../../../database/inventory/assignments.ts';
import { undoRecovery } from '../../../database/inventory/corrections.ts';
import { assignAssetFor, createRequest } from '../../../database/inventory/requests.ts';
import { undoAssignment } from '../../../database/inventory/undo-assignment.ts';
import { updateUser } from '../../../database/people/users.ts';
import type { Actor } from '../../../domain/actor.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { entriesAbout } from '../offboarding/traces.ts';
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

describe('undoing an assignment', () => {
  const assign = () => assignAsset(em, ivo, cast.spare.id, cast.emil.id);
  const undo = (assignmentId: number, actor = ivo) =>
    undoAssignment(em, actor, cast.spare.id, assignmentId, 'undo');

  test('ends it without a condition, and puts the asset back in stock', async () => {
    const id = await assign();
    await updateUser(em, 'system', cast.emil.id, { status: 'suspended' });
    expect(await undo(id)).toEqual({ outcome: 'undone', tag: cast.spare.tag, userId: cast.emil.id });
    const assignment = await em.fork().findOneOrFail(Assignment, { id });
    expect(assignment).toMatchObject({ condition: null, note: null, returnedAt: expect.any(Date) });
    expect(await assetById(em, cast.spare.id)).toMatchObject({ status: 'in_stock', holder: null });
    expect((await entriesAbout(database, cast.emil.id)).at(-1)).toMatchObject({
      actor: ivo,
      action: 'asset.assignment_undone',
      details: { assetId: cast.spare.id, tag: cast.spare.tag, assignmentId: id },
    });
    const [line] = await historyOf(em, cast.spare.id);
    expect(line).toMatchObject({ undoneAt: assignment.undoneAt });
    expect(await undo(id)).toMatchObject({ outcome: 'unchanged' });
  });

  test('is refused to another person, after 15 seconds, and for another asset', async () => {
    const id = await assign();
    await expect(undo(id, nora)).rejects.toMatchObject({ code: 'undo-by-another' });
    await ageLastEntry(database, cast.emil.id, 'asset.assigned', 16);
    await expect(undo(id)).rejects.toMatchObject({ code: 'undo-too-late' });
    const other = undoAssignment(em, ivo, cast.laptop.id, id, 'correction');
    await expect(other).rejects.toMatchObject({ code: 'out-of-date' });
    const corrected = await undoAssignment(em, nora, cast.spare.id, id, 'correction');
    expect(corrected.outcome).toBe('undone');
  });

  test('is refused in words once the asset is with someone else', async () => {
    const id = await assign();
    const back = { condition: 'good', nextStatus: 'in_stock', note: null } as const;
    await recoverAsset(em, nora, cast.spare.id, back);
    await assignAsset(em, nora, cast.spare.id, cast.timo.id);
    await expect(undo(id)).rejects.toMatchObject({
      message: `${cast.spare.tag} is now assigned to Timo Aalto. Nothing was changed.`,
    });
  });

  test('opens the request again that it fulfilled', async () => {
    const requestId = await createRequest(em, ivo, cast.emil.id, { item: 'Laptop', reason: null });
    await undo(await assignAssetFor(em, ivo, cast.spare.id, cast.emil.id, requestId));
    expect(await em.fork().findOneOrFail(Request, { id: requestId })).toMatchObject({ status: 'pending' });
    expect(await openCountsOf(em, cast.emil.id)).toEqual({ hardware: 0, software: 0, requests: 1 });
  });

  test('leaves no recovery to undo', async () => {
    const id = await assign();
    await undo(id);
    await expect(undoRecovery(em, ivo, cast.spare.id)).rejects.toMatchObject({ code: 'never-assigned' });
    await expect(undoRecovery(em, ivo, cast.spare.id, id)).rejects.toMatchObject({ code: 'out-of-date' });
  });
});
