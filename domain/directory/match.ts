/** The people whom the identifiers of an account lead to. */
export interface Hits {
  /** Whose account has the userName. */
  userNameOf: number | null;
  /** Whom the directory's id has led to before. */
  byLink: number | null;
  /** What an admin decided about it; `userId` is null for a new person. */
  decided: { userId: number | null } | null;
  /** Who has the employee number as HR's id, also after their offboarding, but not after an erasure. */
  byEmployeeNumber: number[];
  /** Who has the address now. */
  byAddress: number[];
}

/** Whose account it is. `conflict`: it may be several people's, or is another account's. */
export type Match =
  | { outcome: 'known'; userId: number; by: 'link' | 'decision' | 'employeeNumber' | 'address' }
  | { outcome: 'new'; isDecided: boolean }
  | { outcome: 'userName-taken' }
  | { outcome: 'conflict'; candidates: number[] };

/**
 * Whose account the hits say it is: the link first, then an admin's decision, HR's id, and the address. `holders` are the
 * people who have an account already, and whether it has the same external id: only then it is the same account.
 */
export function matchOf(hits: Hits, holders: ReadonlyMap<number, boolean>): Match {
  const match = candidateOf(hits);
  const userId = match.outcome === 'known' ? match.userId : null;
  if (hits.userNameOf !== null && hits.userNameOf !== userId) return { outcome: 'userName-taken' };
  if (match.outcome !== 'known' || (holders.get(match.userId) ?? true)) return match;
  if (hits.userNameOf === userId) return { outcome: 'userName-taken' };
  return { outcome: 'conflict', candidates: [match.userId] };
}

function candidateOf({ byLink, decided, byEmployeeNumber, byAddress }: Hits): Match {
  if (byLink !== null) return { outcome: 'known', userId: byLink, by: 'link' };
  if (decided !== null)
    return decided.userId === null
      ? { outcome: 'new', isDecided: true }
      : { outcome: 'known', userId: decided.userId, by: 'decision' };
  const candidates = [...new Set([...byEmployeeNumber, ...byAddress])];
  if (candidates.length > 1) return { outcome: 'conflict', candidates };
  const [userId] = candidates;
  if (userId === undefined) return { outcome: 'new', isDecided: false };
  return { outcome: 'known', userId, by: byEmployeeNumber.length > 0 ? 'employeeNumber' : 'address' };
}
