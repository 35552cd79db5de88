import { type Name, origins, otherNames } from './name-lists.ts';
import { oneIn, pick } from './random.ts';

/** A random name. One in twelve needs more than plain Latin letters; of the others, a quarter may mix two origins. */
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
