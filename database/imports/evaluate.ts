import { sql } from 'kysely';
import { type Evaluation, type Remark, refused } from '../../domain/imports/evaluation.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** What there is in the database about one line. */
export interface FactsOfLine<Facts> {
  line: number;
  facts: Facts;
  /** The person, asset or license it is about; null when it is new. */
  subjectId: number | null;
}

/** A line with what it would do, as things stand. */
export interface EvaluatedLine<Facts> extends FactsOfLine<Facts> {
  judgement: Evaluation;
}

/** How the lines of a kind of file are judged. */
interface Judge<Facts> {
  factsOf(em: EntityManager, importId: number, lines: readonly number[]): Promise<FactsOfLine<Facts>[]>;
  judge(facts: Facts): Evaluation;
}

/**
 * Finds out what some lines of a file would do now, and keeps it with them: three statements, however many lines.
 * Changes no fact.
 */
export async function evaluateLines<Facts>(
  em: EntityManager,
  importId: number,
  lines: readonly number[],
  { factsOf, judge }: Judge<Facts>,
): Promise<EvaluatedLine<Facts>[]> {
  const problems = await problemsOf(em, importId, lines);
  const judged = (await factsOf(em, importId, lines)).map((found) => {
    const known = problems.get(found.line);
    return { ...found, judgement: known === undefined ? judge(found.facts) : refused(known) };
  });
  await keepJudgements(em, importId, judged);
  return judged;
}

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

/** A line that has been carried out meanwhile keeps what it did. */
async function keepJudgements(
  em: EntityManager,
  importId: number,
  judged: readonly EvaluatedLine<unknown>[],
) {
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
