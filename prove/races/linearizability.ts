import { type Attributed, attribute, isRequestOperation } from './attribution.ts';
import { isExplainedBy } from './explanations.ts';
import type { Fixture } from './fixture.ts';
import { follow, type Model } from './model.ts';
import type { Told } from './operation.ts';
import { concerns, inOneLine, moves, type Transaction } from './trail.ts';

/** What a race left behind: how the world was, what clients were told, what the trail says, how the world is. */
export interface Aftermath {
  company: Fixture;
  before: Model;
  history: readonly Told[];
  trail: readonly Transaction[];
  after: Model;
}

/**
 * Looks for an order in which everything could have happened one after another, and returns why there is none;
 * nothing when there is. The order tried is the trail's own: every change must be possible where it stands, the last
 * world must be the database's, no change may stand before one that had been answered when it began, and every
 * answer that changed nothing must have been true at some moment while its client waited.
 */
export function problemsWithOrder({ before, history, trail, after }: Aftermath): string[] {
  const { trail: attributed, problems } = attribute(trail, history);
  const { worlds, impossible } = replay(before, attributed);
  return [
    ...problems,
    ...impossible,
    ...differences(worlds.at(-1)!, after),
    ...outOfTime(attributed, before),
    ...history.flatMap((told) => (isExplained(told, attributed, worlds) ? [] : [unexplained(told)])),
  ];
}

/** The world before the first transaction, after it, after the second … */
function replay(before: Model, trail: readonly Transaction[]): { worlds: Model[]; impossible: string[] } {
  const worlds = [before];
  const impossible: string[] = [];
  for (const transaction of trail) {
    const world = structuredClone(worlds.at(-1)!);
    for (const entry of transaction.entries) {
      const why = follow(world, entry);
      if (why !== null) impossible.push(`cannot have happened there (${why}): ${inOneLine(transaction)}`);
    }
    worlds.push(world);
  }
  return { worlds, impossible };
}

function differences(told: Model, found: Model): string[] {
  return (Object.keys(found) as (keyof Model)[]).flatMap((what) => {
    const [inTrail, inDatabase] = [sorted(told[what]), sorted(found[what])];
    return inTrail === inDatabase
      ? []
      : [`${what} by the trail are ${inTrail}, in the database ${inDatabase}`];
  });
}

const sorted = (value: object): string =>
  JSON.stringify(value, (_, part) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => a.localeCompare(b)))
      : part,
  );

/** About one person, or one asset: who had their answer before another began comes before that one. */
function outOfTime(trail: readonly Attributed[], { people, assets }: Model): string[] {
  const lines = [
    ...Object.keys(people).map((id) => trail.filter((transaction) => concerns(transaction, Number(id)))),
    ...Object.keys(assets).map((id) => trail.filter((transaction) => moves(transaction, Number(id)))),
  ];
  return lines.flatMap((line) => {
    let latest = 0;
    return line.flatMap((transaction) => {
      latest = Math.max(latest, transaction.at);
      const ended =
        transaction.told?.answer.is === 'unknown'
          ? Number.POSITIVE_INFINITY
          : (transaction.told?.ended ?? latest);
      return ended < latest - 5
        ? [`stands after one that began later than it ended: ${inOneLine(transaction)}`]
        : [];
    });
  });
}

/** Whether the answer was true in one of the worlds that its client can have met. */
function isExplained(told: Told, trail: readonly Attributed[], worlds: readonly Model[]): boolean {
  const { operation, answer, began, ended } = told;
  if (answer.is === 'unknown') return true;
  if (answer.is === 'done' && !isRequestOperation(operation)) return true;
  const isOld = ({ told: by }: Attributed) =>
    by !== null && by !== told && by.answer.is !== 'unknown' && by.ended < began;
  const isLater = ({ at }: Attributed) => at > ended;
  return isExplainedBy(told, { trail, worlds, isOld, isLater });
}

const unexplained = ({ actor, operation, answer }: Told) =>
  `${actor} was told "${answer.is}${'why' in answer ? `: ${answer.why}` : ''}" of ${JSON.stringify(operation)}, which was true at no moment`;
