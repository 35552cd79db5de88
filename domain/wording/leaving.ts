import type { OpenCounts } from '../offboarding/checklist.ts';
import { plural } from './plural.ts';

/** When a person leaves, to follow their name: `leaves in 7 days`, `had their last day yesterday`. */
export function leavingWords(daysLeft: number): string {
  if (daysLeft > 1) return `leaves in ${daysLeft} days`;
  if (daysLeft === 1) return 'leaves tomorrow';
  if (daysLeft === 0) return 'leaves today';
  return `had their last day ${daysAgo(-daysLeft)}`;
}

/** When the reader leaves: `Your last day is in 7 days`, `Your last day was yesterday`. */
export function ownLeavingWords(daysLeft: number): string {
  if (daysLeft > 1) return `Your last day is in ${daysLeft} days`;
  if (daysLeft === 1) return 'Your last day is tomorrow';
  if (daysLeft === 0) return 'Today is your last day';
  return `Your last day was ${daysAgo(-daysLeft)}`;
}

const daysAgo = (days: number): string => (days === 1 ? 'yesterday' : `${days} days ago`);

/** The open items: `2 devices, 1 license and 1 request`. Empty when there is none. */
export function openWords({ hardware, software, requests }: OpenCounts): string {
  const parts = [
    counted(hardware, 'device'),
    counted(software, 'license'),
    counted(requests, 'request'),
  ].filter((part) => part !== null);
  const last = parts.pop();
  if (last === undefined) return '';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}

/** A number with its noun: `1 device`, `2 devices`; null for zero. */
const counted = (count: number, noun: string): string | null => (count === 0 ? null : plural(count, noun));
