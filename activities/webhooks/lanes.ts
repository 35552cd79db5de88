/** Lets a few go at the same time for each key, and tells the others when to come back. */
export interface Lanes {
  /** Takes a lane until `leave` is called; or, when all of the key's lanes are taken, says how long to wait, in milliseconds. */
  enter(key: number): { leave: () => void } | { wait: number };
}

const shortestWait = 500;
const longestWait = 60_000;

interface Traffic {
  /** When each of those that are under way has entered. */
  entered: Set<{ at: number }>;
  /** How long the last one took. */
  lasted: number;
  /** When the last of those who were sent away is to come back. */
  lastTurn: number;
}

/**
 * `width` lanes for each key. Those who are sent away come back one after the other, at the pace at which lanes become
 * free: a thousand who wait for one that hangs must not ask a thousand times a second.
 */
export function lanes(width: number, now = Date.now): Lanes {
  const trafficOf = new Map<number, Traffic>();

  function start(key: number, traffic: Traffic) {
    const entry = { at: now() };
    traffic.entered.add(entry);
    return {
      leave() {
        traffic.entered.delete(entry);
        traffic.lasted = now() - entry.at;
        if (traffic.entered.size === 0) trafficOf.delete(key);
      },
    };
  }

  function waitFor({ entered, lasted, lastTurn }: Traffic, at: number) {
    const oldest = Math.min(...[...entered].map((entry) => entry.at));
    const pace = Math.max(lasted, at - oldest) / width;
    return Math.min(Math.max(lastTurn - at, 0) + pace, longestWait);
  }

  return {
    enter(key) {
      const traffic = trafficOf.get(key) ?? { entered: new Set(), lasted: 0, lastTurn: 0 };
      trafficOf.set(key, traffic);
      if (traffic.entered.size < width) return start(key, traffic);
      const at = now();
      const wait = waitFor(traffic, at);
      traffic.lastTurn = at + wait;
      return { wait: Math.max(wait, shortestWait) };
    },
  };
}
