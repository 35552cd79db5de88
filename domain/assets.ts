import { InvalidInput } from './failures.ts';

/** `assets.status`. */
export const assetStatuses = ['in_stock', 'assigned', 'in_repair', 'retired', 'lost'] as const;
export type AssetStatus = (typeof assetStatuses)[number];

/** In what state a device came back. */
export const returnConditions = ['good', 'worn', 'damaged', 'broken'] as const;
export type ReturnCondition = (typeof returnConditions)[number];

/** What becomes of a device after recovery. A device that is gone is recovered as `lost`, with a note. */
export const statusesAfterRecovery = ['in_stock', 'in_repair', 'retired', 'lost'] as const;
export type StatusAfterRecovery = (typeof statusesAfterRecovery)[number];

/** Only a device on the shelf can be handed out. */
export const canBeAssigned = (status: AssetStatus): boolean => status === 'in_stock';

/** How a device came back, and what becomes of it. */
export interface Recovery {
  condition: ReturnCondition | null;
  nextStatus: StatusAfterRecovery;
  note: string | null;
}

/** A device that came back has a condition; one that did not needs a word about why. Throws InvalidInput. */
export function checkRecovery({ condition, nextStatus, note }: Recovery): void {
  if (nextStatus === 'lost') {
    if (note === null) throw new InvalidInput({ note: 'Say what happened: a lost asset needs a note.' });
  } else if (condition === null) {
    throw new InvalidInput({ condition: 'Choose the condition it came back in.' });
  }
}
