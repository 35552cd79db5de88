import type { OpenCounts } from '../offboarding/checklist.ts';
import { plural } from './plural.ts';

/** When a person leaves, to follow their name: `leaves on 8 Dec 2026`, or `left on 18 Nov 2026` once it is over. */
export const leavingWords = (lastDay: string, isOver: boolean): string =>
  `${isOver ? 'left' : 'leaves'} on ${lastDay}`;

/** When the reader leaves: `Your last day is 8 Dec 2026`, `Your last day was 18 Nov 2026`. */
export const ownLeavingWords = (lastDay: string, isOver: boolean): string =>
  `Your last day ${isOver ? 'was' : 'is'} ${lastDay}`;

/** The open items: `2 devices, 1 seat and 1 request`. Empty when there is none. */
export function openWords({ hardware, software, requests }: OpenCounts): string {
  const parts = [counted(hardware, 'device'), counted(software, 'seat'), counted(requests, 'request')].filter(
    (part) => part !== null,
  );
  const last = parts.pop();
  if (last === undefined) return '';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}

/** A number with its noun: `1 device`, `2 devices`; null for zero. */
const counted = (count: number, noun: string): string | null => (count === 0 ? null : plural(count, noun));
