import { Refusal } from '../failures.ts';

/** What a line would do. */
export const verdicts = ['create', 'change', 'same', 'error'] as const;
export type Verdict = (typeof verdicts)[number];

/** What a line would do to the end date of a user. */
export const leavingEffects = ['starts', 'moves', 'stops'] as const;
export type LeavingEffect = (typeof leavingEffects)[number];

/** The results of executed lines. */
export const outcomes = ['created', 'changed', 'unchanged', 'failed'] as const;
export type Outcome = (typeof outcomes)[number];

/** A problem or warning about a line; `field` is null when it is about the whole line. */
export interface Remark {
  field: string | null;
  message: string;
}

/** The present and new value of each changed field, as text for people. */
export type Changes = Record<string, [from: string | null, to: string | null]>;

/** What a line would do now. */
export interface Evaluation {
  verdict: Verdict;
  problems: Remark[];
  /** Where the import deviates from the line. The rest of the line is executed. */
  warnings: Remark[];
  changes: Changes;
  leaving: LeavingEffect | null;
}

/** The evaluation of a line that cannot be executed. */
export const refused = (problems: Remark[]): Evaluation => ({
  verdict: 'error',
  problems,
  warnings: [],
  changes: {},
  leaving: null,
});

/** The evaluation of a valid line: it creates, changes, or is the same as the stored facts. */
export const accepted = (
  isNew: boolean,
  changes: Changes,
  warnings: Remark[] = [],
  leaving: LeavingEffect | null = null,
): Evaluation => ({
  verdict: isNew ? 'create' : Object.keys(changes).length > 0 ? 'change' : 'same',
  problems: [],
  warnings,
  changes,
  leaving,
});

/** The fields of a line whose value differs from the stored one. */
export function changedValues<Field extends string>(
  fields: readonly Field[],
  values: Partial<Record<Field, string | number | null>>,
  now: Partial<Record<Field, string | number | null>> | null,
): Changes {
  const changes: Changes = {};
  for (const field of fields) {
    const to = values[field];
    const from = now?.[field] ?? null;
    if (to !== undefined && to !== from) changes[field] = [asText(from), asText(to)];
  }
  return changes;
}

const asText = (value: string | number | null) => (value === null ? null : String(value));

/** Runs a rule and returns its Refusal as a remark on the field. */
export function remarksOf(field: string, rule: () => void): Remark[] {
  try {
    rule();
    return [];
  } catch (error) {
    if (error instanceof Refusal) return [{ field, message: error.message }];
    throw error;
  }
}
