import { shuffled } from './random.ts';

/**
 * Gives `total` things to people: to those in `fixed` exactly as many as it says, to the others as evenly as it
 * goes, and the rest by chance. Returns how many each id has.
 */
export function shareOut(
  total: number,
  ids: readonly number[],
  fixed: ReadonlyMap<number, number> = new Map(),
): Map<number, number> {
  const counts = new Map(fixed);
  const others = shuffled(ids.filter((id) => !fixed.has(id)));
  const left = total - [...fixed.values()].reduce((sum, count) => sum + count, 0);
  const each = Math.floor(left / others.length);
  others.forEach((id, index) => void counts.set(id, each + (index < left % others.length ? 1 : 0)));
  return counts;
}
