import { z } from 'zod';
import type { FormValues, PageNote } from '../pages/page-note.ts';
import { helpers } from '../pages/view-helpers.ts';
import { readForm } from './read-form.ts';

/**
 * The values that a form was loaded with. The form sends them back, so that saving changes only the edited fields:
 * the HR system may have written the same record meanwhile.
 */
export type Loaded = Record<string, string | number | null>;

/** The edited fields of a form, and the values that the form was loaded with. */
export interface Edit<Fields> {
  changes: Partial<Fields>;
  seen: Loaded;
}

const loadedFields = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));

/** The values that the form was loaded with; empty when it does not send them, as scripts do. */
export function loadedOf(body: FormValues): Loaded {
  try {
    return loadedFields.catch({}).parse(JSON.parse(String(body.loaded)));
  } catch {
    return {};
  }
}

/** The fields whose values differ from those that the form was loaded with, apart from blanks around them. */
export function editedIn(body: FormValues, loaded: Loaded): FormValues {
  const trimmed = (value: unknown) => String(value ?? '').trim();
  const isEdited = ([name, value]: [string, unknown]) =>
    !Object.hasOwn(loaded, name) || trimmed(value) !== trimmed(loaded[name]);
  return Object.fromEntries(Object.entries(body).filter(isEdited));
}

/** Reads only the fields that were sent. Throws InvalidInput. */
export function readNamed<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  fields: FormValues,
): Partial<z.infer<z.ZodObject<Shape>>> {
  const named = Object.keys(schema.shape).filter((name) => fields[name] !== undefined);
  const mask = Object.fromEntries(named.map((name) => [name, true]));
  return readForm(schema.pick(mask as never), fields) as Partial<z.infer<z.ZodObject<Shape>>>;
}

/** The edit of a form whose fields have the names of the record's. Throws InvalidInput. */
export function readEdit<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  body: FormValues,
): Edit<z.infer<z.ZodObject<Shape>>> {
  const seen = loadedOf(body);
  return { changes: readNamed(schema, editedIn(body, seen)), seen };
}

/**
 * The values and errors of a record's form; `fresh` is the record as it is now. After a conflict the error beside the
 * field names the current value, and saving again overwrites it.
 */
export function editForm(fresh: Loaded, { values, errors = {}, meanwhile = [] }: PageNote) {
  if (values === undefined) return { values: fresh, loaded: fresh, errors };
  const loaded = loadedOf(values);
  if (meanwhile.length === 0) return { values, loaded, errors };
  const conflicts = meanwhile.map((name) => [name, `Now: ${shown(name, fresh[name])}`]);
  return {
    values: { ...fresh, ...editedIn(values, loaded) },
    loaded: fresh,
    errors: Object.fromEntries(conflicts),
  };
}

function shown(name: string, value: string | number | null | undefined): string {
  if (value === null || value === undefined || value === '') return 'nothing';
  if (name === 'status') return helpers.words(String(value));
  return name.endsWith('Date') ? helpers.date(String(value)) : String(value);
}
