import { sql } from 'kysely';
import { accepted, type Evaluation, type Remark, refused } from '../../domain/imports/evaluation.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { eraseLines } from '../people/erased-lines.ts';

/** The stored facts about one line. */
export interface FactsOfLine<Facts> {
  line: number;
  facts: Facts;
  /** The id of the user, asset or license; null when it is new. */
  subjectId: number | null;
  /** The line is about an erased person, so that only their external id stays in it. */
  isErased?: boolean;
}

/** A line with what it would change now. */
export interface EvaluatedLine<Facts> extends FactsOfLine<Facts> {
  evaluation: Evaluation;
}

/** How the lines of one kind of file are evaluated. */
interface Evaluator<Facts> {
  factsOf(em: EntityManager, importId: number, lines: readonly number[]): Promise<FactsOfLine<Facts>[]>;
  evaluate(facts: Facts, badCells: readonly Remark[]): Evaluation;
}

/**
 * Evaluates what some lines of a file would change now, and stores it with them. Changes nothing else, except that lines
 * about erased people lose their content.
 */
export async function evaluateLines<Facts>(
  em: EntityManager,
  importId: number,
  lines: readonly number[],
  kind: Evaluator<Facts>,
): Promise<void> {
  await storeEvaluations(em, importId, await evaluationsOf(em, importId, lines, kind));
}

/** What some lines of a file would change now, by two statements. Stores nothing. */
export async function evaluationsOf<Facts>(
  em: EntityManager,
  importId: number,
  lines: readonly number[],
  { factsOf, evaluate }: Evaluator<Facts>,
): Promise<EvaluatedLine<Facts>[]> {
  const marks = await marksOf(em, importId, lines);
  return (await factsOf(em, importId, lines)).map((found) => {
    const { problems, contradictions, isRepeat } =
      (found.isErased ? null : marks.get(found.line)) ?? unmarked;
    if (contradictions.length > 0) return { ...found, evaluation: refused([...problems, ...contradictions]) };
    const evaluation = evaluate(found.facts, problems);
    const isSameAgain = isRepeat && evaluation.verdict !== 'error';
    return { ...found, evaluation: isSameAgain ? accepted(false, {}) : evaluation };
  });
}

/** What was found out about a line before: problems of its cells, contradictions, and whether it repeats another. */
interface Marks {
  problems: Remark[];
  contradictions: Remark[];
  isRepeat: boolean;
}

const unmarked: Marks = { problems: [], contradictions: [], isRepeat: false };

async function marksOf(
  em: EntityManager,
  importId: number,
  lines: readonly number[],
): Promise<Map<number, Marks>> {
  const { rows } = await sql<Marks & { line: number }>`
    select line, problems, contradictions, repeats is not null as "isRepeat" from import_rows
    where import_id = ${importId} and line = any(${lines}::int[])
      and (problems <> '[]' or contradictions <> '[]' or repeats is not null)`.execute(sqlOf(em));
  return new Map(rows.map(({ line, ...marks }) => [line, marks]));
}

/**
 * Stores what lines would change, in one statement, and removes the content of those about erased people. Skips lines that
 * were executed meanwhile, and those whose evaluation is stored already, because writing is slow.
 */
export async function storeEvaluations(
  em: EntityManager,
  importId: number,
  evaluated: readonly EvaluatedLine<unknown>[],
) {
  const rows = evaluated.map(({ line, subjectId, evaluation: { verdict, leaving, ...judgement } }) => ({
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
    where r.import_id = ${importId} and r.line = j.line and r.outcome is null
      and (r.verdict, r.leaving, r.subject_id, r.judgement)
        is distinct from (j.verdict, j.leaving, j."subjectId", j.judgement)`.execute(sqlOf(em));
  await eraseLines(
    em,
    importId,
    evaluated.filter(({ isErased }) => isErased).map(({ line }) => line),
  );
}
