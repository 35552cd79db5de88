import type { EntityManager } from '../../database/core/orm.ts';
import { assetsWithSerialOf } from '../../database/inventory/assets.ts';
import { hasThisSerial } from '../../domain/wording/identity-notes.ts';

/** An asset with the same serial as another one, in a sentence. */
export interface SameSerialNote {
  assetId: number;
  text: string;
}

/** The notes about assets that have the serial of this one, which may be the same device. */
export const sameSerialNotes = async (em: EntityManager, assetId: number): Promise<SameSerialNote[]> =>
  (await assetsWithSerialOf(em, assetId)).map(({ id, tag, holder }) => ({
    assetId: id,
    text: hasThisSerial({ tag, holder: holder?.name ?? null }),
  }));
