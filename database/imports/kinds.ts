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

/** What is done with the lines of one kind of file. */
export interface Kind<Facts> {
  /** What there is about lines: one statement, however many. */
  factsOf(em: EntityManager, importId: number, lines: readonly number[]): Promise<FactsOfLine<Facts>[]>;
  judge(facts: Facts): Evaluation;
  /** Carries out what many lines can do by one statement; gives back the others. */
  carryOutTogether(
    em: EntityManager,
    actor: Actor,
    importId: number,
    lines: EvaluatedLine<Facts>[],
  ): Promise<EvaluatedLine<Facts>[]>;
  carryOut(em: EntityManager, actor: Actor, importId: number, line: EvaluatedLine<Facts>): Promise<void>;
  /** Lines that cannot be carried out at the same time share a group. */
  groupsOf(lines: EvaluatedLine<Facts>[]): EvaluatedLine<Facts>[][];
}

const everyLineAlone = <Facts>(lines: EvaluatedLine<Facts>[]) => lines.map((line) => [line]);
const nothingTogether = async <Facts>(
  _em: EntityManager,
  _actor: Actor,
  _importId: number,
  lines: EvaluatedLine<Facts>[],
) => lines;

const users: Kind<UserFacts> = {
  factsOf: userFacts,
  judge: evaluateUser,
  async carryOutTogether(em, actor, importId, lines) {
    const { true: plain = [], false: others = [] } = Object.groupBy(lines, (line) =>
      String(line.judgement.verdict === 'create' && isPlain(line)),
    );
    return plain.length > 0 && (await bulkInsertUsers(em, actor, importId, plain)) ? others : lines;
  },
  carryOut: executeUserLine,
  groupsOf: everyLineAlone,
};

const assets: Kind<AssetFacts> = {
  factsOf: assetFacts,
  judge: evaluateAsset,
  carryOutTogether: nothingTogether,
  carryOut: executeAssetLine,
  groupsOf: everyLineAlone,
};

const licenses: Kind<LicenseFacts> = {
  factsOf: licenseFacts,
  judge: evaluateLicense,
  carryOutTogether: nothingTogether,
  carryOut: executeLicenseLine,
  // They would wait for each other anyway: seats of one license are counted.
  groupsOf: (lines) => [...Map.groupBy(lines, ({ facts }) => facts.values.license.toLowerCase()).values()],
};

export const kinds = { users, assets, licenses };
