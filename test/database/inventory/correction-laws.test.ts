import pg from 'pg';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { assetById } from '../../../database/inventory/assets.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { undoRecovery } from '../../../database/inventory/corrections.ts';
import { brokenInvariants } from '../../../prove/races/schema-invariants.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { complete } from '../offboarding/completing.ts';

const { database, url } = await ownDatabase();
const { em } = database;
const pool = new pg.Pool({ connectionString: url });
// The database may close a connection before the pool does.
pool.on('error', () => {});
afterAll(() => pool.end());

async function completed() {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  await complete(database, cast);
  return cast;
}

const insertAssignment = (assetId: number, userId: number) =>
  pool.query('insert into assignments (asset_id, user_id) values ($1, $2)', [assetId, userId]);
const insertCorrection = (assignmentId: number, userId: number, assetId: number) =>
  pool.query(
    `insert into recovery_corrections (assignment_id, user_id, asset_id, created_by) values ($1, $2, $3, 'system')`,
    [assignmentId, userId, assetId],
  );
const foreignKey = { code: '23503' };

/** How many people have the asset, by an assignment or a correction. */
async function holdersOf(assetId: number): Promise<number> {
  const { rows } = await pool.query<{ holders: string }>(
    `select (select count(*) from assignments where asset_id = $1 and returned_at is null)
       + (select count(*) from recovery_corrections where asset_id = $1 and closed_at is null) as holders`,
    [assetId],
  );
  return Number(rows[0]!.holders);
}

/** How many ms the assignment begins after the correction, so that both orders and what lies between happen. */
const delays = [-100, -10, -5, 0, 2, 5, 8, 12, 16, 20, 200];

describe('(R19) an open correction keeps the asset from being assigned', () => {
  test('by the application and by SQL', async () => {
    const { laptop, lena, emil } = await completed();
    await undoRecovery(em, 'system', laptop.id);
    await expect(assignAsset(em, 'system', laptop.id, emil.id)).rejects.toMatchObject({
      code: 'already-assigned',
      message: `${laptop.tag} is assigned to ${lena.name}. Recover it first.`,
    });
    await expect(insertAssignment(laptop.id, emil.id)).rejects.toMatchObject({
      ...foreignKey,
      constraint: 'assignments_assignable_asset_fk',
    });
    const again = insertCorrection(laptop.assignmentId, lena.id, laptop.id);
    await expect(again).rejects.toMatchObject({ constraint: 'recovery_corrections_one_open' });
    await pool.query('update recovery_corrections set closed_at = now() where asset_id = $1', [laptop.id]);
    await insertAssignment(laptop.id, emil.id);
    expect((await assetById(em, laptop.id)).holder).toMatchObject({ userId: emil.id });
  });

  test('and SQL cannot correct the recovery of an asset that a person has', async () => {
    const { laptop, lena, emil } = await completed();
    await assignAsset(em, 'system', laptop.id, emil.id);
    const inserted = insertCorrection(laptop.assignmentId, lena.id, laptop.id);
    await expect(inserted).rejects.toMatchObject(foreignKey);
  });

  test('and SQL cannot correct anything before the completion, because the gate would not see it', async () => {
    const cast = await makeCast(database);
    await clearChecklist(database, cast);
    const inserted = insertCorrection(cast.laptop.assignmentId, cast.lena.id, cast.laptop.id);
    await expect(inserted).rejects.toMatchObject({ constraint: 'recovery_corrections_completed_user_fk' });
  });

  test('and a deleted correction frees the asset', async () => {
    const { laptop, emil } = await completed();
    await undoRecovery(em, 'system', laptop.id);
    await pool.query('delete from recovery_corrections where asset_id = $1', [laptop.id]);
    await insertAssignment(laptop.id, emil.id);
    expect(await holdersOf(laptop.id)).toBe(1);
  });

  test.each(['the application', 'SQL'])('while %s assigns it at the same moment', async (client) => {
    const rounds = inject('long') ? 50 : delays.length;
    const won = { correction: 0, assignment: 0 };
    for (let round = 0; round < rounds; round++) {
      const { laptop, emil } = await completed();
      const assign = async (): Promise<unknown> =>
        client === 'SQL'
          ? insertAssignment(laptop.id, emil.id)
          : assignAsset(em, 'system', laptop.id, emil.id);
      const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(ms, 0)));
      const delay = delays[round % delays.length]!;
      const [corrected, assigned] = await Promise.allSettled([
        later(-delay).then(() => undoRecovery(em, 'system', laptop.id)),
        later(delay).then(assign),
      ]);
      expect([corrected.status, assigned.status].sort()).toEqual(['fulfilled', 'rejected']);
      if (corrected.status === 'rejected')
        expect(corrected.reason).toMatchObject({ code: 'already-assigned' });
      expect(await holdersOf(laptop.id)).toBe(1);
      won[corrected.status === 'fulfilled' ? 'correction' : 'assignment']++;
    }
    expect(won.correction).toBeGreaterThan(0);
    expect(won.assignment).toBeGreaterThan(0);
    expect(await brokenInvariants(pool)).toEqual([]);
  });
});
