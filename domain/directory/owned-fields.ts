import type { CalendarDate } from '../dates.ts';

/** The fields that belong to the HR system once it has stated them. The address belongs to the directory. */
const hrFields = ['name', 'department', 'jobTitle', 'timeZone', 'endDate', 'manager'] as const;
export type HrField = (typeof hrFields)[number];

/** What decides which values of HR are stored for a person. */
export interface Ownership {
  /** A directory has an account of them. */
  inDirectory: boolean;
  /** A directory alone stated that they leave. */
  isLeavingByDirectory: boolean;
  /** The fields that HR has stated. */
  hrStated: readonly HrField[];
  email: string | null;
}

/** The values that HR sends. An undefined value says nothing. */
type HrValues = { email?: string | null | undefined; endDate?: CalendarDate | null | undefined } & {
  [Field in Exclude<HrField, 'endDate'>]?: unknown;
};

/** A value of HR that is not stored, with the reason. */
interface Kept {
  field: 'email' | 'endDate';
  message: string;
}

/**
 * The values of HR that are stored, and a warning for each other one that says something. HR does not empty a field that
 * only the directory has filled, because two nightly feeds would change it for ever.
 */
export function fromHr<Values extends HrValues>(
  values: Values,
  person: Ownership,
): { values: Values; warnings: Kept[]; hrStated: readonly HrField[] } {
  const dropped = new Set<keyof HrValues>();
  const warnings: Kept[] = [];
  const keep = (field: Kept['field'], message: string) => {
    dropped.add(field);
    warnings.push({ field, message });
  };
  if (person.inDirectory) {
    dropped.add('email');
    if (isOtherAddress(values.email, person.email))
      keep('email', "The directory manages this person's email, so it wasn't changed.");
  }
  for (const field of hrFields) {
    if (values[field] !== null || person.hrStated.includes(field)) continue;
    if (field !== 'endDate') {
      if (person.inDirectory) dropped.add(field);
    } else if (person.isLeavingByDirectory)
      keep('endDate', "The directory deactivated this person, so their end date wasn't changed.");
  }
  const kept = Object.fromEntries(Object.entries(values).filter(([name]) => !dropped.has(name as HrField)));
  return { values: kept as Values, warnings, hrStated: statedAfter(person.hrStated, kept) };
}

const isOtherAddress = (sent: string | null | undefined, stored: string | null): boolean =>
  sent != null && sent.toLowerCase() !== stored?.toLowerCase();

/** The fields that HR has stated after a call with these values. A field that HR empties is stated no more. */
function statedAfter(before: readonly HrField[], values: HrValues): readonly HrField[] {
  const after = hrFields.filter((field) =>
    values[field] === undefined ? before.includes(field) : values[field] !== null,
  );
  return after.length === before.length && after.every((field) => before.includes(field)) ? before : after;
}
