import { InvalidInput } from './failures.ts';

/** `assets.status`. */
export const assetStatuses = ['in_stock', 'assigned', 'in_repair', 'retired', 'lost'] as const;
export type AssetStatus = (typeof assetStatuses)[number];

/** The condition of a returned device. */
export const returnConditions = ['good', 'worn', 'damaged', 'broken'] as const;
export type ReturnCondition = (typeof returnConditions)[number];

/** The status of a device after recovery. A missing device is recovered as `lost`, with a note. */
export const statusesAfterRecovery = ['in_stock', 'in_repair', 'retired', 'lost'] as const;
export type StatusAfterRecovery = (typeof statusesAfterRecovery)[number];

/** Only a device in stock can be assigned. */
export const canBeAssigned = (status: AssetStatus): boolean => status === 'in_stock';

/** What a user states about a recovered device. */
export interface Recovery {
  condition: ReturnCondition | null;
  nextStatus: StatusAfterRecovery;
  note: string | null;
  /** Where it is now; undefined keeps the location, null clears it. */
  location?: string | null | undefined;
}

/** Whether a broken device would be offered to the next person. */
export const isBrokenInStock = ({ condition, nextStatus }: Recovery): boolean =>
  condition === 'broken' && nextStatus === 'in_stock';

/** A returned device needs a condition; a lost device needs a note. Throws InvalidInput. */
export function checkRecovery({ condition, nextStatus, note }: Recovery): void {
  if (nextStatus === 'lost') {
    if (note === null) throw new InvalidInput({ note: 'Say what happened. A lost asset needs a note.' });
  } else if (condition === null) {
    throw new InvalidInput({ condition: 'Choose a return condition.' });
  }
}
