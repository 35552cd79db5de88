import type { Actor } from '../../domain/actor.ts';
import type { ImportKind } from '../../domain/imports/imports.ts';
import type { EntityManager } from '../core/orm.ts';
import { runGroups } from './concurrency.ts';
import { evaluateLines } from './evaluate.ts';
import { type Kind, kinds } from './kinds.ts';
import { lineErrors } from './line-errors.ts';
import { failLine, markLines } from './lines.ts';
import {
  dropPendingManager,
  type PendingManager,
  setManagersTogether,
  setPendingManager,
} from './pending-managers.ts';

/** An import that is being executed on behalf of `actor`. */
export interface ImportRun {
  em: EntityManager;
  actor: Actor;
  importId: number;
  /** Called between steps. May throw, to stop. */
  onStep: () => void;
  /** Called with errors that are bugs of Lastday and not mistakes in the line. */
  onDefect: (error: unknown, line: number) => void;
}

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
      return executeKind(run, kinds.users, lines);
    case 'assets':
      return executeKind(run, kinds.assets, lines);
    case 'licenses':
      return executeKind(run, kinds.licenses, lines);
  }
}

async function executeKind<Facts>(run: ImportRun, kind: Kind<Facts>, lines: readonly number[]) {
  const { em, actor, importId } = run;
  const evaluated = await evaluateLines(em, importId, lines, kind);
  const linesThatAre = (...verdicts: string[]) =>
    evaluated.filter(({ evaluation }) => verdicts.includes(evaluation.verdict));
  await markLines(em, importId, linesThatAre('same').map(lineOf), 'unchanged');
  await markLines(em, importId, linesThatAre('error').map(lineOf), 'failed');
  run.onStep();
  const left = await kind.executeTogether(em, actor, importId, linesThatAre('create', 'change'));
  await runGroups(kind.groupsOf(left), async (line) => {
    run.onStep();
    await failLineOnError(run, line.line, () => kind.execute(em, actor, importId, line));
  });
}

const lineOf = ({ line }: { line: number }) => line;

async function failLineOnError(
  { em, importId, onDefect }: ImportRun,
  line: number,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const problems = lineErrors(error, (defect) => onDefect(defect, line));
    if (problems !== null) await failLine(em, importId, line, problems);
  }
}

/** Sets the managers of users whose own line was executed before their manager's. */
export async function executeManagers(run: ImportRun, pending: readonly PendingManager[]): Promise<void> {
  const { em, actor, importId } = run;
  const done = await setManagersTogether(em, actor, importId, pending);
  const left = pending.filter(({ line }) => !done.has(line)).map((each) => [each]);
  await runGroups(left, async (each) => {
    run.onStep();
    await setManager(run, each);
  });
}

async function setManager(
  { em, actor, importId, onDefect }: ImportRun,
  pending: PendingManager,
): Promise<void> {
  const giveUp = (message: string) => dropPendingManager(em, importId, pending.line, message);
  if (pending.managerId === null)
    return giveUp('The line of the manager was not imported, so no manager was stored.');
  try {
    await setPendingManager(em, actor, importId, pending);
  } catch (error) {
    const problems = lineErrors(error, (defect) => onDefect(defect, pending.line));
    if (problems !== null) await giveUp(problems.map(({ message }) => message).join(' '));
  }
}
