/** A line whose address another line gives up. */
export interface Dependency {
  line: number;
  dependsOn: number;
}

/** The lines that depend on one another, directly or indirectly: each chain or loop in the order of the file. */
export function chainsOf(dependencies: readonly Dependency[]): number[][] {
  const neighbours = new Map<number, number[]>();
  const link = (one: number, other: number) => neighbours.set(one, [...(neighbours.get(one) ?? []), other]);
  for (const { line, dependsOn } of dependencies) {
    link(line, dependsOn);
    link(dependsOn, line);
  }
  const seen = new Set<number>();
  const chains: number[][] = [];
  for (const line of neighbours.keys()) {
    if (seen.has(line)) continue;
    const chain = reach(line, neighbours);
    for (const each of chain) seen.add(each);
    chains.push([...chain].toSorted((a, b) => a - b));
  }
  return chains;
}

function reach(from: number, neighbours: ReadonlyMap<number, readonly number[]>): Set<number> {
  const reached = new Set([from]);
  for (const line of reached) for (const next of neighbours.get(line) ?? []) reached.add(next);
  return reached;
}
