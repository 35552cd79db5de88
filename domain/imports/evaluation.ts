import { Refusal } from '../failures.ts';

/** What a line would do. */
export const verdicts = ['create', 'change', 'same', 'error'] as const;
export type Verdict = (typeof verdicts)[number];

/** What a line would do to a person's leaving. */
export const leavingEffects = ['starts', 'moves', 'stops'] as const;
export type LeavingEffect = (typeof leavingEffects)[number];

/** What became of a line. */
export const outcomes = ['created', 'changed', 'unchanged', 'failed'] as const;
export type Outcome = (typeof outcomes)[number];

/** Something to say about a line; `field` is null when it is about the whole line. */
export interface Remark {
  field: string | null;
  message: string;
}

/** What a field holds now and would hold then, in words for people. */
export type Changes = Record<string, [from: string | null, to: string | null]>;

/** What is to be done with a line, as things stand. */
export interface Evaluation {
  verdict: Verdict;
  problems: Remark[];
  /** What is done otherwise than the line says. */
  notes: Remark[];
  changes: Changes;
  leaving: LeavingEffect | null;
}

/** Nothing can be done with this line. */
export const refused = (problems: Remark[], notes: Remark[] = []): Evaluation => ({
  verdict: 'error',
  problems,
  notes,
  changes: {},
  leaving: null,
});

/** A line that can be carried out: adds something, changes something, or says what is so already. */
export const accepted = (
  isNew: boolean,
  changes: Changes,
  notes: Remark[] = [],
  leaving: LeavingEffect | null = null,
): Evaluation => ({
  verdict: isNew ? 'create' : Object.keys(changes).length > 0 ? 'change' : 'same',
  problems: [],
  notes,
  changes,
  leaving,
});

/** The fields a line names whose value is another one than now. */
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

/** What a rule that throws refusals has to say about a field: its words, or nothing. */
export function remarksOf(field: string, rule: () => void): Remark[] {
  try {
    rule();
    return [];
  } catch (error) {
    if (error instanceof Refusal) return [{ field, message: error.message }];
    throw error;
  }
}
