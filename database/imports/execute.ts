import type { ImportKind } from '../../domain/imports/imports.ts';
import { runGroups } from './concurrency.ts';
import { type EvaluatedLine, evaluationsOf, storeEvaluations } from './evaluate.ts';
import type { ImportRun } from './import-run.ts';
import { type Kind, kinds } from './kinds.ts';
import { lineErrors } from './line-errors.ts';
import { failLine, markLines } from './lines.ts';
import {
  dropPendingManager,
  type PendingManager,
  setManagersTogether,
  setPendingManager,
} from './pending-managers.ts';
import { restOfChains } from './whole-file/address-chains.ts';

/**
 * Executes lines. Marks unchanged and invalid lines in one statement, and executes simple lines together; each other
 * line is a transaction. Stores a Refusal with its line and goes on with the others.
 */
export async function executeLines(
  run: ImportRun,
  kind: ImportKind,
  lines: readonly number[],
): Promise<void> {
  switch (kind) {
    case 'users':
      return executeKind(run, kinds.users, [...lines, ...(await restOfChains(run.em, run.importId, lines))]);
    case 'assets':
      return executeKind(run, kinds.assets, lines);
    case 'licenses':
      return executeKind(run, kinds.licenses, lines);
  }
}

async function executeKind<Facts>(run: ImportRun, kind: Kind<Facts>, lines: readonly number[]) {
  const { em, importId } = run;
  const evaluated = await evaluationsOf(em, importId, lines, kind);
  await storeEvaluations(
    em,
    importId,
    evaluated.filter((line) => !kind.storesEvaluation(line)),
  );
  const linesThatAre = (...verdicts: string[]) =>
    evaluated.filter(({ evaluation }) => verdicts.includes(evaluation.verdict));
  await kind.storeUnchanged(em, linesThatAre('same'));
  await markLines(em, importId, linesThatAre('same').map(lineOf), 'unchanged');
  await markLines(em, importId, linesThatAre('error').map(lineOf), 'failed');
  run.onStep();
  const { alone, again } = await kind.executeTogether(run, linesThatAre('create', 'change'));
  await runGroups(kind.groupsOf(alone), async (line) => {
    run.onStep();
    await executeAlone(run, kind, line);
  });
  if (again.length > 0) await executeKind(run, kind, again);
}

const lineOf = ({ line }: { line: number }) => line;

async function executeAlone<Facts>(run: ImportRun, kind: Kind<Facts>, line: EvaluatedLine<Facts>) {
  const { em, actor, importId, onDefect } = run;
  try {
    await kind.execute(em, actor, importId, line);
  } catch (error) {
    if (await kind.giveUp(run, line, error)) return executeKind(run, kind, [line.line]);
    const problems = lineErrors(error, (defect) => onDefect(defect, line.line));
    if (problems !== null) await failLine(em, importId, line.line, problems);
  }
}

/** Sets the managers that wait for the other lines. Those left of a batch are set in order, because it avoids loops. */
export async function executeManagers(run: ImportRun, pending: readonly PendingManager[]): Promise<void> {
  const { em, actor, importId } = run;
  const done = await setManagersTogether(em, actor, importId, pending);
  for (const each of pending.filter(({ line }) => !done.has(line))) {
    run.onStep();
    await setManager(run, each);
  }
}

async function setManager(
  { em, actor, importId, onDefect }: ImportRun,
  pending: PendingManager,
): Promise<void> {
  const giveUp = (message: string) => dropPendingManager(em, importId, pending.line, message);
  if (pending.managerId === null && pending.goneManager === null) {
    const effect = pending.hasManager ? 'the manager stays the same' : 'no manager was stored';
    return giveUp(`The manager's line wasn't imported, so ${effect}.`);
  }
  try {
    await setPendingManager(em, actor, importId, pending);
  } catch (error) {
    const problems = lineErrors(error, (defect) => onDefect(defect, pending.line));
    if (problems !== null) await giveUp(problems.map(({ message }) => message).join(' '));
  }
}
