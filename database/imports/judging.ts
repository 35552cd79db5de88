import { sql } from 'kysely';
import type { ImportKind } from '../../domain/imports/imports.ts';
import { type AssetFacts, judgeAsset } from '../../domain/imports/judge-asset.ts';
import { judgeLicense, type LicenseFacts } from '../../domain/imports/judge-license.ts';
import { judgeUser, type UserFacts } from '../../domain/imports/judge-user.ts';
import { type Judgement, type Remark, refused } from '../../domain/imports/judgement.ts';
import type { EntityManager } from '../orm.ts';
import { sqlOf } from '../tables.ts';
import { assetFacts } from './asset-facts.ts';
import { licenseFacts } from './license-facts.ts';
import { userFacts } from './user-facts.ts';

/** What there is in the database about one line. */
export interface FactsOfLine<Facts> {
  line: number;
  facts: Facts;
  /** The person, asset or license it is about; null when it is new. */
  subjectId: number | null;
}

/** A line with what it would do, as things stand. */
export interface JudgedLine<Facts> extends FactsOfLine<Facts> {
  judgement: Judgement;
}

/** What each kind of file speaks of. */
export interface FactsOfKind {
  users: UserFacts;
  assets: AssetFacts;
  licenses: LicenseFacts;
}

type Judge<Facts> = (
  em: EntityManager,
  importId: number,
  lines: readonly number[],
) => Promise<JudgedLine<Facts>[]>;

const judgeWith =
  <Facts>(
    factsOf: (em: EntityManager, importId: number, lines: readonly number[]) => Promise<FactsOfLine<Facts>[]>,
    judge: (facts: Facts) => Judgement,
  ): Judge<Facts> =>
  async (em, importId, lines) => {
    const problems = await problemsOf(em, importId, lines);
    return (await factsOf(em, importId, lines)).map((found) => {
      const known = problems.get(found.line);
      return { ...found, judgement: known === undefined ? judge(found.facts) : refused(known) };
    });
  };

/** Says of some lines of a file what each would do now: two statements, however many lines. Writes nothing. */
export const judges: { [Kind in ImportKind]: Judge<FactsOfKind[Kind]> } = {
  users: judgeWith(userFacts, judgeUser),
  assets: judgeWith(assetFacts, judgeAsset),
  licenses: judgeWith(licenseFacts, judgeLicense),
};

/** What was wrong with lines from the beginning. */
async function problemsOf(
  em: EntityManager,
  importId: number,
  lines: readonly number[],
): Promise<Map<number, Remark[]>> {
  const { rows } = await sql<{ line: number; problems: Remark[] }>`
    select line, problems from import_rows
    where import_id = ${importId} and line = any(${lines}::int[]) and problems <> '[]'`.execute(sqlOf(em));
  return new Map(rows.map(({ line, problems }) => [line, problems]));
}

/** Keeps what lines would do, by one statement; a line that has been carried out meanwhile keeps what it did. */
export async function keepJudgements(
  em: EntityManager,
  importId: number,
  judged: readonly JudgedLine<unknown>[],
): Promise<void> {
  const rows = judged.map(({ line, subjectId, judgement: { verdict, leaving, ...judgement } }) => ({
    line,
    subjectId,
    verdict,
    leaving,
    judgement,
  }));
  await sql`
    update import_rows r
    set verdict = j.verdict, leaving = j.leaving, subject_id = j."subjectId", judgement = j.judgement
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as j(line int, "subjectId" int, verdict text, leaving text, judgement jsonb)
    where r.import_id = ${importId} and r.line = j.line and r.outcome is null`.execute(sqlOf(em));
}
