import { isManagerPending, settle } from '../../../domain/imports/settle-user.ts';
import type { UserFacts } from '../../../domain/imports/user-facts.ts';
import { bulkInsertUsers, isPlain } from '../bulk-insert-users.ts';
import { type EvaluatedLine, storeEvaluations } from '../evaluate.ts';
import type { ImportRun } from '../import-run.ts';
import { markLines } from '../lines.ts';
import { executeChain } from './chain-lines.ts';

type Line = EvaluatedLine<UserFacts>;

/**
 * Executes the lines about users that need no transaction of their own: simple new people in one statement, changes of
 * managers alone, which wait for the other lines anyway, and each chain of addresses in one transaction.
 */
export async function executeUsersTogether(
  run: ImportRun,
  lines: Line[],
): Promise<{ alone: Line[]; again: number[] }> {
  const { simple = [], waiting = [], chained = [], other = [] } = Object.groupBy(lines, wayOf);
  const { em, actor, importId } = run;
  const numbers = waiting.map(({ line }) => line);
  await markLines(em, importId, numbers, 'changed', true);
  const isDone = simple.length === 0 || (await bulkInsertUsers(em, actor, importId, simple));
  if (!isDone) await storeEvaluations(em, importId, simple);
  const again: number[] = [];
  for (const chain of Map.groupBy(chained, ({ facts }) => facts.addressChain).values()) {
    run.onStep();
    again.push(...(await executeChain(run, chain)));
  }
  return { alone: isDone ? other : [...simple, ...other], again };
}

function wayOf(line: Line): 'simple' | 'waiting' | 'chained' | 'other' {
  const { facts, evaluation } = line;
  if (facts.addressChain) return 'chained';
  if (isPlain(line)) return 'simple';
  const changesManagerAlone = Object.keys(evaluation.changes).join() === 'manager';
  return changesManagerAlone && isManagerPending(facts, settle(facts).values) ? 'waiting' : 'other';
}
