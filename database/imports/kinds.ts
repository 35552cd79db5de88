import type { Actor } from '../../domain/actor.ts';
import { type AssetFacts, evaluateAsset } from '../../domain/imports/evaluate-asset.ts';
import { evaluateLicense, type LicenseFacts } from '../../domain/imports/evaluate-license.ts';
import { evaluateUser } from '../../domain/imports/evaluate-user.ts';
import { type Evaluation, type Remark, refused } from '../../domain/imports/evaluation.ts';
import type { UserFacts } from '../../domain/imports/user-facts.ts';
import type { EntityManager } from '../core/orm.ts';
import { assetFacts } from './asset-facts.ts';
import { executeAssetLine } from './asset-lines.ts';
import { isPlain } from './bulk-insert-users.ts';
import type { EvaluatedLine, FactsOfLine } from './evaluate.ts';
import type { ImportRun } from './import-run.ts';
import { licenseFacts } from './license-facts.ts';
import { executeLicenseLine } from './license-lines.ts';
import { userFacts } from './user-facts.ts';
import { executeUserLine, storeStatedFields, withoutAddress } from './user-lines.ts';
import { executeUsersTogether } from './whole-file/users-together.ts';

/** How the lines of one kind of file are evaluated and executed. */
export interface Kind<Facts> {
  /** Reads the stored facts about lines in one statement. */
  factsOf(em: EntityManager, importId: number, lines: readonly number[]): Promise<FactsOfLine<Facts>[]>;
  evaluate(facts: Facts, badCells: readonly Remark[]): Evaluation;
  /** Whether `executeTogether` stores the evaluation of a line with its outcome, so that the line is written once. */
  storesEvaluation(line: EvaluatedLine<Facts>): boolean;
  /** Stores what lines say that change nothing. */
  storeUnchanged(em: EntityManager, lines: EvaluatedLine<Facts>[]): Promise<void>;
  /** Executes the lines that need no transaction of their own. */
  executeTogether(run: ImportRun, lines: EvaluatedLine<Facts>[]): Promise<LeftLines<Facts>>;
  execute(em: EntityManager, actor: Actor, importId: number, line: EvaluatedLine<Facts>): Promise<void>;
  /** Gives up what made a line fail, if the line can do without. Returns whether it is to be evaluated again. */
  giveUp(run: ImportRun, line: EvaluatedLine<Facts>, error: unknown): Promise<boolean>;
  /** Groups lines that must be executed one after another. */
  groupsOf(lines: EvaluatedLine<Facts>[]): EvaluatedLine<Facts>[][];
}

/** What `executeTogether` leaves: lines to execute each by itself, and the numbers of those to evaluate again. */
interface LeftLines<Facts> {
  alone: EvaluatedLine<Facts>[];
  again: number[];
}

const everyLineAlone = <Facts>(lines: EvaluatedLine<Facts>[]) => lines.map((line) => [line]);
const noneTogether = async <Facts>(_run: ImportRun, lines: EvaluatedLine<Facts>[]) => ({
  alone: lines,
  again: [],
});
const nothingToGiveUp = async () => false;
const nothingToStore = async () => {};
const never = () => false;

/** Refuses a line with a bad cell. */
const unlessBad =
  <Facts>(evaluate: (facts: Facts) => Evaluation) =>
  (facts: Facts, badCells: readonly Remark[]): Evaluation =>
    badCells.length > 0 ? refused([...badCells]) : evaluate(facts);

const users: Kind<UserFacts> = {
  factsOf: userFacts,
  evaluate: evaluateUser,
  storesEvaluation: isPlain,
  storeUnchanged: storeStatedFields,
  executeTogether: executeUsersTogether,
  execute: executeUserLine,
  giveUp: withoutAddress,
  groupsOf: everyLineAlone,
};

const assets: Kind<AssetFacts> = {
  factsOf: assetFacts,
  evaluate: unlessBad(evaluateAsset),
  storesEvaluation: never,
  storeUnchanged: nothingToStore,
  executeTogether: noneTogether,
  execute: executeAssetLine,
  giveUp: nothingToGiveUp,
  groupsOf: everyLineAlone,
};

const licenses: Kind<LicenseFacts> = {
  factsOf: licenseFacts,
  evaluate: unlessBad(evaluateLicense),
  storesEvaluation: never,
  storeUnchanged: nothingToStore,
  executeTogether: noneTogether,
  execute: executeLicenseLine,
  giveUp: nothingToGiveUp,
  // Lines of one license lock the same row, because its seats are counted there.
  groupsOf: (lines) => [...Map.groupBy(lines, ({ facts }) => facts.foldedName).values()],
};

export const kinds = { users, assets, licenses };
