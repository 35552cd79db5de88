import type { Actor } from '../../domain/actor.ts';
import { InvalidInput, Refusal } from '../../domain/failures.ts';
import type { ImportKind } from '../../domain/imports/imports.ts';
import type { Remark } from '../../domain/imports/judgement.ts';
import { inWords } from '../constraints.ts';
import type { EntityManager } from '../orm.ts';
import { carryOutAsset } from './asset-lines.ts';
import { type FactsOfKind, type JudgedLine, judges, keepJudgements } from './judging.ts';
import { carryOutLicense } from './license-lines.ts';
import { DoneAlready, failLine, settleLines } from './lines.ts';
import { forgetManager, type PendingManager, setPendingManager } from './pending-managers.ts';
import { carryOutUser } from './user-lines.ts';

/** On whose behalf which import does something. */
export interface Errand {
  em: EntityManager;
  actor: Actor;
  importId: number;
  /** Called after each line. May throw, to stop. */
  onLine: () => void;
  /** Hears of what is wrong with Lastday and not with the line. */
  onDefect: (error: unknown, line: number) => void;
}

/** How many lines are carried out at the same time: each is a transaction of its own. */
const atOnce = 4;

const carryOutLine: {
  [Kind in ImportKind]: (
    em: EntityManager,
    actor: Actor,
    importId: number,
    line: JudgedLine<FactsOfKind[Kind]>,
  ) => Promise<void>;
} = { users: carryOutUser, assets: carryOutAsset, licenses: carryOutLicense };

/**
 * Carries lines out. What changes nothing and what cannot be is marked by one statement; every other line goes
 * through its verb. What a rule refuses is kept with its line, and the others go on.
 */
export async function carryOut(errand: Errand, kind: ImportKind, lines: readonly number[]): Promise<void> {
  switch (kind) {
    case 'users':
      return carryOutKind(errand, kind, lines);
    case 'assets':
      return carryOutKind(errand, kind, lines);
    case 'licenses':
      return carryOutKind(errand, kind, lines);
  }
}

async function carryOutKind<Kind extends ImportKind>(errand: Errand, kind: Kind, lines: readonly number[]) {
  const { em, importId } = errand;
  const judged = await judges[kind](em, importId, lines);
  const {
    create = [],
    change = [],
    same = [],
    error = [],
  } = Object.groupBy(judged, ({ judgement }) => judgement.verdict);
  await keepJudgements(em, importId, judged);
  await settleLines(em, importId, same.map(lineOf), 'unchanged');
  await settleLines(em, importId, error.map(lineOf), 'failed');
  const left = [...create, ...change].sort((a, b) => a.line - b.line);
  await inLanes(groupsOf(kind, left), async (line) => {
    await orFail(errand, line.line, () => carryOutLine[kind](em, errand.actor, importId, line));
    errand.onLine();
  });
}

const lineOf = ({ line }: { line: number }) => line;

/** Lines of one license wait for each other anyway: they go one after another. */
function groupsOf<Kind extends ImportKind>(kind: Kind, lines: JudgedLine<FactsOfKind[Kind]>[]) {
  if (kind !== 'licenses') return lines.map((line) => [line]);
  const nameOf = ({ facts }: JudgedLine<FactsOfKind[Kind]>) =>
    String((facts.values as { license?: string }).license).toLowerCase();
  return [...Map.groupBy(lines, nameOf).values()];
}

/** Sets the managers of people who were there before their manager was. */
export const carryOutManagers = (errand: Errand, pending: readonly PendingManager[]): Promise<void> =>
  inLanes(
    pending.map((each) => [each]),
    async (each) => {
      await setManager(errand, each);
      errand.onLine();
    },
  );

async function setManager({ em, actor, importId, onDefect }: Errand, pending: PendingManager): Promise<void> {
  const giveUp = (message: string) => forgetManager(em, importId, pending.line, message);
  if (pending.managerId === null)
    return giveUp('The line of the manager was not imported, so no manager was stored.');
  try {
    await setPendingManager(em, actor, importId, pending);
  } catch (error) {
    const problems = problemsIn(error, pending.line, onDefect);
    if (problems !== null) await giveUp(problems.map(({ message }) => message).join(' '));
  }
}

/**
 * Works through groups, several at the same time; the members of one group one after another. An error ends all
 * of it, after what is under way: nothing goes on behind the back of whoever tries again.
 */
async function inLanes<T>(groups: readonly T[][], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = groups.values();
  let hasFailed = false;
  const lane = async () => {
    try {
      for (const group of waiting) {
        for (const item of group) {
          if (hasFailed) return;
          await work(item);
        }
      }
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, lane));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

async function orFail(
  { em, importId, onDefect }: Errand,
  line: number,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const problems = problemsIn(error, line, onDefect);
    if (problems !== null) await failLine(em, importId, line, problems);
  }
}

/** What an error means for its line; null when another try has done it. An error of the database's health goes on. */
function problemsIn(error: unknown, line: number, onDefect: Errand['onDefect']): Remark[] | null {
  if (error instanceof DoneAlready) return null;
  const known = inWords(error);
  if (known instanceof InvalidInput) {
    return Object.entries(known.fields).map(([field, message]) => ({
      field: columnOf[field] ?? field,
      message,
    }));
  }
  if (known instanceof Refusal) return [{ field: null, message: known.message }];
  if (!isDefect(error)) throw error;
  onDefect(error, line);
  return [
    {
      field: null,
      message: 'This line could not be carried out. It is our fault, and has been written down.',
    },
  ];
}

/** What verbs call a field, where a file calls it otherwise. */
const columnOf: Record<string, string> = { managerId: 'manager' };

/** A bug, or data that the schema refuses: trying again will not help. */
const isDefect = (error: unknown): boolean =>
  error instanceof TypeError ||
  error instanceof RangeError ||
  /^(22|23)/.test(String((error as { code?: unknown }).code));
