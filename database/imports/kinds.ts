import type { Actor } from '../../domain/actor.ts';
import { type AssetFacts, judgeAsset } from '../../domain/imports/judge-asset.ts';
import { judgeLicense, type LicenseFacts } from '../../domain/imports/judge-license.ts';
import { judgeUser, type UserFacts } from '../../domain/imports/judge-user.ts';
import type { Judgement } from '../../domain/imports/judgement.ts';
import type { EntityManager } from '../orm.ts';
import { assetFacts } from './asset-facts.ts';
import { executeAssetLine } from './asset-lines.ts';
import type { FactsOfLine, JudgedLine } from './judging.ts';
import { licenseFacts } from './license-facts.ts';
import { executeLicenseLine } from './license-lines.ts';
import { addNewcomers, isPlain } from './newcomers.ts';
import { userFacts } from './user-facts.ts';
import { executeUserLine } from './user-lines.ts';

/** What is done with the lines of one kind of file. */
export interface Kind<Facts> {
  /** What there is about lines: one statement, however many. */
  factsOf(em: EntityManager, importId: number, lines: readonly number[]): Promise<FactsOfLine<Facts>[]>;
  judge(facts: Facts): Judgement;
  /** Carries out what many lines can do by one statement; gives back the others. */
  carryOutTogether(
    em: EntityManager,
    actor: Actor,
    importId: number,
    lines: JudgedLine<Facts>[],
  ): Promise<JudgedLine<Facts>[]>;
  carryOut(em: EntityManager, actor: Actor, importId: number, line: JudgedLine<Facts>): Promise<void>;
  /** Lines that cannot be carried out at the same time share a group. */
  groupsOf(lines: JudgedLine<Facts>[]): JudgedLine<Facts>[][];
}

const everyLineAlone = <Facts>(lines: JudgedLine<Facts>[]) => lines.map((line) => [line]);
const nothingTogether = async <Facts>(
  _em: EntityManager,
  _actor: Actor,
  _importId: number,
  lines: JudgedLine<Facts>[],
) => lines;

const users: Kind<UserFacts> = {
  factsOf: userFacts,
  judge: judgeUser,
  async carryOutTogether(em, actor, importId, lines) {
    const { true: plain = [], false: others = [] } = Object.groupBy(lines, (line) =>
      String(line.judgement.verdict === 'create' && isPlain(line)),
    );
    return plain.length > 0 && (await addNewcomers(em, actor, importId, plain)) ? others : lines;
  },
  carryOut: executeUserLine,
  groupsOf: everyLineAlone,
};

const assets: Kind<AssetFacts> = {
  factsOf: assetFacts,
  judge: judgeAsset,
  carryOutTogether: nothingTogether,
  carryOut: executeAssetLine,
  groupsOf: everyLineAlone,
};

const licenses: Kind<LicenseFacts> = {
  factsOf: licenseFacts,
  judge: judgeLicense,
  carryOutTogether: nothingTogether,
  carryOut: executeLicenseLine,
  // They would wait for each other anyway: seats of one license are counted.
  groupsOf: (lines) => [...Map.groupBy(lines, ({ facts }) => facts.values.license.toLowerCase()).values()],
};

export const kinds = { users, assets, licenses };
