import type { Actor } from '../../domain/actor.ts';
import {
  type AssetValues,
  type AssetFacts as Facts,
  statusToStore,
} from '../../domain/imports/evaluate-asset.ts';
import { changeAbout } from '../core/change.ts';
import { itemChangeWithin } from '../core/change-item.ts';
import type { EntityManager } from '../core/orm.ts';
import { inTransaction } from '../core/transaction.ts';
import { type AssetFacts, addAsset, changeAsset } from '../inventory/assets.ts';
import { handOut } from '../inventory/assignments.ts';
import type { EvaluatedLine } from './evaluate.ts';
import { claimLine, recordSubject } from './lines.ts';

/** Adds or changes the asset of a line and assigns it, and marks the line as done in the same transaction. */
export async function executeAssetLine(
  em: EntityManager,
  actor: Actor,
  importId: number,
  { line, facts, subjectId }: EvaluatedLine<Facts>,
): Promise<void> {
  const outcome = subjectId === null ? 'created' : 'changed';
  const { holder, heldBy } = facts;
  if (holder !== null && heldBy === null) {
    return changeAbout(em, holder.id, actor, async (change) => {
      await claimLine(change.em, importId, line, outcome);
      await handOut(change, await store(change.em));
    });
  }
  await inTransaction(em, async (transaction) => {
    await claimLine(transaction, importId, line, outcome);
    await store(transaction);
  });

  async function store(transaction: EntityManager): Promise<number> {
    const change = itemChangeWithin(transaction, actor);
    const stated = factsOf(facts.values);
    if (subjectId !== null) {
      await changeAsset(change, subjectId, stated);
      return subjectId;
    }
    const assetId = await addAsset(change, { serial: null, location: null, ...stated } as AssetFacts);
    await recordSubject(transaction, importId, line, assetId);
    return assetId;
  }
}

function factsOf({ holder: _, status, ...rest }: AssetValues): Partial<AssetFacts> {
  const toStore = statusToStore(status);
  return toStore === undefined ? rest : { ...rest, status: toStore };
}
