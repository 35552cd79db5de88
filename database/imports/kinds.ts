import type { Actor } from '../../domain/actor.ts';
import { type AssetFacts, evaluateAsset } from '../../domain/imports/evaluate-asset.ts';
import { evaluateLicense, type LicenseFacts } from '../../domain/imports/evaluate-license.ts';
import { evaluateUser, type UserFacts } from '../../domain/imports/evaluate-user.ts';
import type { Evaluation } from '../../domain/imports/evaluation.ts';
import type { EntityManager } from '../core/orm.ts';
import { assetFacts } from './asset-facts.ts';
import { executeAssetLine } from './asset-lines.ts';
import { bulkInsertUsers, isPlain } from './bulk-insert-users.ts';
import type { EvaluatedLine, FactsOfLine } from './evaluate.ts';
import { licenseFacts } from './license-facts.ts';
import { executeLicenseLine } from './license-lines.ts';
import { userFacts } from './user-facts.ts';
import { executeUserLine } from './user-lines.ts';

/** How the lines of one kind of file are evaluated and executed. */
export interface Kind<Facts> {
  /** Reads the stored facts about lines in one statement. */
  factsOf(em: EntityManager, importId: number, lines: readonly number[]): Promise<FactsOfLine<Facts>[]>;
  evaluate(facts: Facts): Evaluation;
  /** Executes simple lines in one statement; returns the others. */
  executeTogether(
    em: EntityManager,
    actor: Actor,
    importId: number,
    lines: EvaluatedLine<Facts>[],
  ): Promise<EvaluatedLine<Facts>[]>;
  execute(em: EntityManager, actor: Actor, importId: number, line: EvaluatedLine<Facts>): Promise<void>;
  /** Groups lines that must be executed one after another. */
  groupsOf(lines: EvaluatedLine<Facts>[]): EvaluatedLine<Facts>[][];
}

const everyLineAlone = <Facts>(lines: EvaluatedLine<Facts>[]) => lines.map((line) => [line]);
const noneTogether = async <Facts>(
  _em: EntityManager,
  _actor: Actor,
  _importId: number,
  lines: EvaluatedLine<Facts>[],
) => lines;

const users: Kind<UserFacts> = {
  factsOf: userFacts,
  evaluate: evaluateUser,
  async executeTogether(em, actor, importId, lines) {
    const { true: plain = [], false: others = [] } = Object.groupBy(lines, (line) =>
      String(line.evaluation.verdict === 'create' && isPlain(line)),
    );
    return plain.length > 0 && (await bulkInsertUsers(em, actor, importId, plain)) ? others : lines;
  },
  execute: executeUserLine,
  groupsOf: everyLineAlone,
};

const assets: Kind<AssetFacts> = {
  factsOf: assetFacts,
  evaluate: evaluateAsset,
  executeTogether: noneTogether,
  execute: executeAssetLine,
  groupsOf: everyLineAlone,
};

const licenses: Kind<LicenseFacts> = {
  factsOf: licenseFacts,
  evaluate: evaluateLicense,
  executeTogether: noneTogether,
  execute: executeLicenseLine,
  // Lines of one license lock the same row, because its seats are counted there.
  groupsOf: (lines) => [...Map.groupBy(lines, ({ facts }) => facts.foldedName).values()],
};

export const kinds = { users, assets, licenses };
