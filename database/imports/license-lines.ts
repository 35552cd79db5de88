import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { Refusal } from '../../domain/failures.ts';
import { type LicenseFacts as Facts, takesVendor } from '../../domain/imports/evaluate-license.ts';
import { changedLicense } from '../../domain/wording/license-vendors.ts';
import { changeAbout } from '../core/change.ts';
import { itemChangeWithin } from '../core/change-item.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { inTransaction } from '../core/transaction.ts';
import { addLicense, changeLicense } from '../inventory/licenses.ts';
import { giveSeat } from '../inventory/seats.ts';
import type { EvaluatedLine } from './evaluate.ts';
import { findLicense } from './license-facts.ts';
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
    const licenseId = await storeLicense(transaction, actor, facts);
    await recordSubject(transaction, importId, line, licenseId);
    return licenseId;
  }
}

/**
 * Looks the license up again under a lock on its name, because another line may have added it. Never changes a vendor; a
 * license without one takes it if the line was evaluated like that. Throws a Refusal when the license is another one now.
 */
async function storeLicense(em: EntityManager, actor: Actor, { values, license }: Facts): Promise<number> {
  const { license: name, vendor, seatsTotal } = values;
  await sql`select pg_advisory_xact_lock(hashtext('license'), hashtext(folded(${name})))`.execute(sqlOf(em));
  const change = itemChangeWithin(em, actor);
  const known = await findLicense(em, name, vendor ?? null);
  if (known === null && license === null)
    return addLicense(change, { name, vendor: vendor ?? null, seatsTotal: seatsTotal ?? 0 });
  const takes = takesVendor(values, known);
  const mayTake = license?.id === known?.id && takesVendor(values, license);
  if (known === null || (takes && !mayTake)) throw new Refusal('changed-meanwhile', changedLicense(name));
  const stated = { ...(takes && { vendor: vendor! }), ...(seatsTotal !== undefined && { seatsTotal }) };
  if (Object.keys(stated).length > 0)
    await changeLicense(change, known.id, stated, takes ? { vendor: null } : {});
  return known.id;
}
