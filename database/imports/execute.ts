import type { Actor } from '../../domain/actor.ts';
import type { ImportKind } from '../../domain/imports/imports.ts';
import type { EntityManager } from '../core/orm.ts';
import { evaluateLines } from './evaluate.ts';
import { type Kind, kinds } from './kinds.ts';
import { inLanes } from './lanes.ts';
import { lineErrors } from './line-errors.ts';
import { failLine, markLines } from './lines.ts';
import {
  forgetManager,
  type PendingManager,
  setManagersTogether,
  setPendingManager,
} from './pending-managers.ts';

/** On whose behalf which import does something. */
export interface ImportRun {
  em: EntityManager;
  actor: Actor;
  importId: number;
  /** Called after each step. May throw, to stop. */
  onStep: () => void;
  /** Hears of what is wrong with Lastday and not with the line. */
  onDefect: (error: unknown, line: number) => void;
}

/**
 * Carries lines out. What changes nothing and what cannot be is marked by one statement, and what can be done
 * together is; every other line goes through its verb. What a rule refuses is kept with its line, and the
 * others go on.
 */
export async function executeLines(
  errand: ImportRun,
  kind: ImportKind,
  lines: readonly number[],
): Promise<void> {
  switch (kind) {
    case 'users':
      return carryOutKind(errand, kinds.users, lines);
    case 'assets':
      return carryOutKind(errand, kinds.assets, lines);
    case 'licenses':
      return carryOutKind(errand, kinds.licenses, lines);
  }
}

async function carryOutKind<Facts>(errand: ImportRun, kind: Kind<Facts>, lines: readonly number[]) {
  const { em, actor, importId } = errand;
  const judged = await evaluateLines(em, importId, lines, kind);
  const linesThatAre = (...verdicts: string[]) =>
    judged.filter(({ judgement }) => verdicts.includes(judgement.verdict));
  await markLines(em, importId, linesThatAre('same').map(lineOf), 'unchanged');
  await markLines(em, importId, linesThatAre('error').map(lineOf), 'failed');
  errand.onStep();
  const left = await kind.carryOutTogether(em, actor, importId, linesThatAre('create', 'change'));
  await inLanes(kind.groupsOf(left), async (line) => {
    errand.onStep();
    await orFail(errand, line.line, () => kind.carryOut(em, actor, importId, line));
  });
}

const lineOf = ({ line }: { line: number }) => line;

async function orFail(
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

/** Sets the managers of people who were there before their manager was. */
export async function executeManagers(errand: ImportRun, pending: readonly PendingManager[]): Promise<void> {
  const { em, actor, importId } = errand;
  const done = await setManagersTogether(em, actor, importId, pending);
  const left = pending.filter(({ line }) => !done.has(line)).map((each) => [each]);
  await inLanes(left, async (each) => {
    errand.onStep();
    await setManager(errand, each);
  });
}

async function setManager(
  { em, actor, importId, onDefect }: ImportRun,
  pending: PendingManager,
): Promise<void> {
  const giveUp = (message: string) => forgetManager(em, importId, pending.line, message);
  if (pending.managerId === null)
    return giveUp('The line of the manager was not imported, so no manager was stored.');
  try {
    await setPendingManager(em, actor, importId, pending);
  } catch (error) {
    const problems = lineErrors(error, (defect) => onDefect(defect, pending.line));
    if (problems !== null) await giveUp(problems.map(({ message }) => message).join(' '));
  }
}
