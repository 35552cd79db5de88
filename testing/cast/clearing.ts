import type { Database } from '../../database/core/orm.ts';
import { recoverAsset } from '../../database/inventory/assignments.ts';
import { resolveRequest } from '../../database/inventory/requests.ts';
import { revokeSeat } from '../../database/inventory/seats.ts';
import type { Cast } from './cast.ts';

type CastItems = Pick<Cast, 'ivo' | 'laptop' | 'requestId' | 'seatId'>;

/** Ivo recovers Lena's laptop. */
export const recoverLaptop = ({ em }: Database, { ivo, laptop }: CastItems) =>
  recoverAsset(em, `user:${ivo.id}`, laptop.id, { condition: 'good', nextStatus: 'in_stock', note: null });

/** Ivo rejects Lena's request. */
export const rejectRequest = ({ em }: Database, { ivo, requestId }: CastItems) =>
  resolveRequest(em, `user:${ivo.id}`, requestId, { outcome: 'rejected', note: null, assetId: null });

/** Ivo clears Lena's checklist. */
export async function clearChecklist(database: Database, cast: CastItems): Promise<void> {
  await recoverLaptop(database, cast);
  await rejectRequest(database, cast);
  await revokeSeat(database.em, `user:${cast.ivo.id}`, cast.seatId);
}
