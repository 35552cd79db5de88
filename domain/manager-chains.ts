/** A change of one person's manager. People are numbers; of two changes the one with the higher `line` was made later. */
export interface ManagerChange {
  line: number;
  person: number;
  manager: number;
}

/** The manager of each person who has one. */
type ManagerOf = ReadonlyMap<number, number>;

/** Every loop of people who report to each other, in the order of their chain. Takes time in proportion to the people. */
export function loopsIn(managerOf: ManagerOf): number[][] {
  const walkOf = new Map<number, number>();
  const loops: number[][] = [];
  for (const start of managerOf.keys()) {
    const path: number[] = [];
    let at: number | undefined = start;
    while (at !== undefined && !walkOf.has(at)) {
      walkOf.set(at, start);
      path.push(at);
      at = managerOf.get(at);
    }
    if (at !== undefined && walkOf.get(at) === start) loops.push(path.slice(path.indexOf(at)));
  }
  return loops;
}

/** What changes of managers do together. */
export interface TogetherChanged {
  /** The changes that close a loop. Without them the others make none. */
  closing: ManagerChange[];
  /** How many of the other changes lie above each in its new chain. Made in this order, no moment has a loop. */
  depthOf(change: ManagerChange): number;
}

/**
 * Judges changes by the chains that they make together, not one after another. Each person has one change at most. A
 * person whose change closes a loop keeps the stored manager. Stored loops stay, because no change makes them.
 */
export function changeTogether(changes: readonly ManagerChange[], stored: ManagerOf): TogetherChanged {
  const managerOf = new Map(stored);
  const changeOf = new Map(changes.map((change) => [change.person, change]));
  for (const { person, manager } of changes) managerOf.set(person, manager);
  const closing: ManagerChange[] = [];
  const loops = loopsIn(managerOf);
  for (const loop of loops) {
    const last = latest(loop.flatMap((person) => changeOf.get(person) ?? []));
    if (last === null) continue;
    closing.push(last);
    changeOf.delete(last.person);
    takeBack(last.person, managerOf, stored);
    const next = loopThrough(last.person, managerOf);
    if (next !== null) loops.push(next);
  }
  const changesFrom = countsAlong(managerOf, (person) => changeOf.has(person));
  return { closing, depthOf: ({ manager }) => changesFrom(manager) };
}

const latest = (changes: readonly ManagerChange[]): ManagerChange | null =>
  changes.reduce<ManagerChange | null>(
    (last, change) => (last !== null && last.line > change.line ? last : change),
    null,
  );

function takeBack(person: number, managerOf: Map<number, number>, stored: ManagerOf) {
  const before = stored.get(person);
  if (before === undefined) managerOf.delete(person);
  else managerOf.set(person, before);
}

function loopThrough(person: number, managerOf: ManagerOf): number[] | null {
  const path = new Set<number>();
  for (let at: number | undefined = person; at !== undefined && !path.has(at); at = managerOf.get(at)) {
    path.add(at);
    if (managerOf.get(at) === person) return [...path];
  }
  return null;
}

/** Counts the people that fit from a person up to the end of the chain. Remembers counts, so that no chain is walked twice. */
function countsAlong(managerOf: ManagerOf, fits: (person: number) => boolean): (from: number) => number {
  const known = new Map<number, number>();
  return (from) => {
    const path: number[] = [];
    let at: number | undefined = from;
    while (at !== undefined && !known.has(at)) {
      known.set(at, 0);
      path.push(at);
      at = managerOf.get(at);
    }
    let count = at === undefined ? 0 : known.get(at)!;
    for (const person of path.reverse()) {
      if (fits(person)) count++;
      known.set(person, count);
    }
    return known.get(from)!;
  };
}
