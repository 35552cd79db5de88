import { origins, otherNames } from './name-lists.ts';
import { oneIn, pick } from './random.ts';

/** A name, and what it becomes in an e-mail address. */
export interface Name {
  full: string;
  latin: string;
}

/** One name in twelve is not written in Latin letters, or not only in plain ones; in every fourth family, two origins meet. */
export function someName(): Name {
  if (oneIn(12)) return pick(otherNames);
  const origin = pick(origins);
  const familyFrom = oneIn(4) ? pick(origins) : origin;
  const full = `${pick(origin.given)} ${pick(familyFrom.family)}`;
  return { full, latin: latinOf(full) };
}

/** `Siobhán O'Connor` becomes `siobhan.oconnor`. */
export const latinOf = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z ]/g, '')
    .trim()
    .replace(/ +/g, '.');
