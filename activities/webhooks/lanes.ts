/** Lets a few go at the same time for each key, and no more. */
export interface Lanes {
  /** Takes a lane and returns what gives it back; null when all of the key's lanes are taken. */
  enter(key: number): (() => void) | null;
}

export function lanes(width: number): Lanes {
  const taken = new Map<number, number>();

  function leave(key: number) {
    const left = taken.get(key)! - 1;
    if (left === 0) taken.delete(key);
    else taken.set(key, left);
  }

  return {
    enter(key) {
      const before = taken.get(key) ?? 0;
      if (before >= width) return null;
      taken.set(key, before + 1);
      return () => leave(key);
    },
  };
}
