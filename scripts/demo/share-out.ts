import { shuffled } from './random.ts';

/**
 * Distributes `total` things: the people in `fixed` get exactly their number, the others equal shares, and the
 * remainder goes to random ones. Returns the number for each id.
 */
export function shareOut(
  total: number,
  ids: readonly number[],
  fixed: ReadonlyMap<number, number>,
): Map<number, number> {
  const counts = new Map(fixed);
  const others = shuffled(ids.filter((id) => !fixed.has(id)));
  const left = total - [...fixed.values()].reduce((sum, count) => sum + count, 0);
  const each = Math.floor(left / others.length);
  others.forEach((id, index) => void counts.set(id, each + (index < left % others.length ? 1 : 0)));
  return counts;
}
