import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import type { LicenseFacts as Facts, LicenseValues } from '../../domain/imports/evaluate-license.ts';
import { changeAbout } from '../core/change.ts';
import { itemChangeWithin } from '../core/change-item.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { inTransaction } from '../core/transaction.ts';
import { addLicense, changeLicense } from '../inventory/licenses.ts';
import { giveSeat } from '../inventory/seats.ts';
import type { EvaluatedLine } from './evaluate.ts';
import { idOfLicense } from './license-facts.ts';
import { claimLine, recordSubject } from './lines.ts';

/** Adds or changes the license of a line and assigns a seat, and marks the line as done in the same transaction. */
export async function executeLicenseLine(
  em: EntityManager,
  actor: Actor,
  importId: number,
  { line, facts, evaluation }: EvaluatedLine<Facts>,
): Promise<void> {
  const outcome = evaluation.verdict === 'create' ? 'created' : 'changed';
  const { user, hasSeat } = facts;
  if (user !== null && !hasSeat) {
    return changeAbout(em, user.id, actor, async (change) => {
      await claimLine(change.em, importId, line, outcome);
      await giveSeat(change, await store(change.em));
    });
  }
  await inTransaction(em, async (transaction) => {
    await claimLine(transaction, importId, line, outcome);
    await store(transaction);
  });

  async function store(transaction: EntityManager): Promise<number> {
    const licenseId = await storeLicense(transaction, actor, facts.values);
    await recordSubject(transaction, importId, line, licenseId);
    return licenseId;
  }
}

/** Looks the license up again under a lock on its name, because another line may have added it. Never changes a vendor. */
async function storeLicense(
  em: EntityManager,
  actor: Actor,
  { license: name, vendor, seatsTotal }: LicenseValues,
): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtext('license'), hashtext(folded(${name})))`.execute(sqlOf(em));
  const change = itemChangeWithin(em, actor);
  const known = await idOfLicense(em, name, vendor ?? null);
  if (known === null)
    return addLicense(change, { name, vendor: vendor ?? null, seatsTotal: seatsTotal ?? 0 });
  if (seatsTotal !== undefined) await changeLicense(change, known, { seatsTotal });
  return known;
}
