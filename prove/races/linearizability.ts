import { type AttributedTransaction, attribute, isIdempotent } from './attribution.ts';
import { isExplainedBy } from './explanations.ts';
import type { Fixture } from './fixture.ts';
import { applyEntry, type Model } from './model.ts';
import type { AnsweredOperation } from './operation.ts';
import { concerns, describeTransaction, moves, type Transaction } from './trail.ts';

/** The result of a race: the state before it, all answers, the audit trail, and the state after it. */
export interface Aftermath {
  company: Fixture;
  before: Model;
  history: readonly AnsweredOperation[];
  trail: readonly Transaction[];
  after: Model;
}

/**
 * Checks that the operations fit a serial order, the order of the audit trail, and returns the contradictions.
 * Every change must be possible in its place, and the last state must equal the database. An operation that was
 * answered before another began must come first. An answer without a change must have been true while its client waited.
 */
export function problemsWithOrder({ before, history, trail, after }: Aftermath): string[] {
  const { trail: attributed, problems } = attribute(trail, history);
  const { models, impossible } = replay(before, attributed);
  return [
    ...problems,
    ...impossible,
    ...differences(models.at(-1)!, after),
    ...wronglyOrdered(attributed, before),
    ...history.flatMap((answered) =>
      isExplained(answered, attributed, models) ? [] : [unexplained(answered)],
    ),
  ];
}

/** The state before the first transaction, and after each. */
function replay(before: Model, trail: readonly Transaction[]): { models: Model[]; impossible: string[] } {
  const models = [before];
  const impossible: string[] = [];
  for (const transaction of trail) {
    const model = structuredClone(models.at(-1)!);
    for (const entry of transaction.entries) {
      const why = applyEntry(model, entry);
      if (why !== null)
        impossible.push(`cannot have happened there (${why}): ${describeTransaction(transaction)}`);
    }
    models.push(model);
  }
  return { models, impossible };
}

function differences(expected: Model, found: Model): string[] {
  return (Object.keys(found) as (keyof Model)[]).flatMap((what) => {
    const [inTrail, inDatabase] = [sorted(expected[what]), sorted(found[what])];
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

/** For each person and asset: finds transactions that ended before an earlier one in the trail began. */
function wronglyOrdered(trail: readonly AttributedTransaction[], { people, assets }: Model): string[] {
  const lines = [
    ...Object.keys(people).map((id) => trail.filter((transaction) => concerns(transaction, Number(id)))),
    ...Object.keys(assets).map((id) => trail.filter((transaction) => moves(transaction, Number(id)))),
  ];
  return lines.flatMap((line) => {
    let latest = 0;
    return line.flatMap((transaction) => {
      latest = Math.max(latest, transaction.at);
      const ended =
        transaction.cause?.answer.is === 'unknown'
          ? Number.POSITIVE_INFINITY
          : (transaction.cause?.ended ?? latest);
      return ended < latest - 5
        ? [`comes after one that began later than it ended: ${describeTransaction(transaction)}`]
        : [];
    });
  });
}

/** Whether an answer was true in a state that its client can have seen. */
function isExplained(
  answered: AnsweredOperation,
  trail: readonly AttributedTransaction[],
  models: readonly Model[],
): boolean {
  const { operation, answer, began, ended } = answered;
  if (answer.is === 'unknown') return true;
  if (answer.is === 'done' && !isIdempotent(operation)) return true;
  const isOld = ({ cause: by }: AttributedTransaction) =>
    by !== null && by !== answered && by.answer.is !== 'unknown' && by.ended < began;
  const isLater = ({ at }: AttributedTransaction) => at > ended;
  return isExplainedBy(answered, { trail, models, isOld, isLater });
}

const unexplained = ({ actor, operation, answer }: AnsweredOperation) =>
  `${actor} got "${answer.is}${'why' in answer ? `: ${answer.why}` : ''}" for ${JSON.stringify(operation)}, which was never true`;
