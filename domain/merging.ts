/** Why two records cannot be merged, in words. */
export const mergeObstacles = {
  'same-record': "Choose another record. A record can't be merged into itself.",
  'already-offboarded': "Offboarded people can't be merged.",
  'completion-running': 'One of them is being marked as offboarded. Try again in a minute.',
  'own-record': "You can't merge your own record into another one. Ask another admin.",
  outranked: 'Only a super admin can merge a person with an admin role.',
} as const;
export type MergeObstacle = keyof typeof mergeObstacles;

/** A report of the record that goes, and the manager they get instead of the record that stays. */
export interface OtherManager {
  reportId: number;
  managerId: number | null;
}

/**
 * The report who must not get the record that stays as manager, because that record reports to them, directly or through
 * others; null when there is none. They get the manager of the record that goes, unless that closes a loop too.
 * `managerOf` holds at least the chains above both records.
 */
export function reportAbove(
  managerOf: ReadonlyMap<number, number>,
  goneId: number,
  keptId: number,
): OtherManager | null {
  const path = chainFrom(managerOf, keptId, goneId);
  if (managerOf.get(path.at(-1)!) !== goneId) return null;
  const above = managerOf.get(goneId);
  if (above === undefined) return { reportId: path.at(-1)!, managerId: null };
  const upper = chainFrom(managerOf, above, goneId);
  const closesLoop = upper.some((id) => path.includes(id)) || managerOf.get(upper.at(-1)!) === goneId;
  return { reportId: path.at(-1)!, managerId: closesLoop ? null : above };
}

/** A person, their manager and so on, up to the person below `end`, the top, or the end of a loop. */
function chainFrom(managerOf: ReadonlyMap<number, number>, start: number, end: number): number[] {
  const chain = [start];
  for (;;) {
    const next = managerOf.get(chain.at(-1)!);
    if (next === undefined || next === end || chain.includes(next)) return chain;
    chain.push(next);
  }
}
