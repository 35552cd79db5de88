import { z } from 'zod';
import type { FormValues, PageNote } from '../pages/page-note.ts';
import { helpers } from '../pages/view-helpers.ts';
import { readForm } from './read-form.ts';

/**
 * What a form showed when it was loaded. It carries this along, so that saving changes what was edited and
 * nothing else: a form may lie open while the HR system writes the same record.
 */
export type Loaded = Record<string, string | number | null>;

/** What somebody asks for by a form, and what they saw before. */
export interface Edit<Fields> {
  changes: Partial<Fields>;
  seen: Loaded;
}

const loadedFields = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));

/** What the form that was sent was loaded with; nothing for one that does not say, such as a script's. */
export function loadedOf(body: FormValues): Loaded {
  try {
    return loadedFields.catch({}).parse(JSON.parse(String(body.loaded)));
  } catch {
    return {};
  }
}

/** The fields that say something else than when the form was loaded. */
export function editedIn(body: FormValues, loaded: Loaded): FormValues {
  const trimmed = (value: unknown) => String(value ?? '').trim();
  const isEdited = ([name, value]: [string, unknown]) =>
    !Object.hasOwn(loaded, name) || trimmed(value) !== trimmed(loaded[name]);
  return Object.fromEntries(Object.entries(body).filter(isEdited));
}

/** Reads the fields that are there; what is not stays as it is. Throws InvalidInput. */
export function readNamed<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  fields: FormValues,
): Partial<z.infer<z.ZodObject<Shape>>> {
  const named = Object.keys(schema.shape).filter((name) => fields[name] !== undefined);
  const mask = Object.fromEntries(named.map((name) => [name, true]));
  return readForm(schema.pick(mask as never), fields) as Partial<z.infer<z.ZodObject<Shape>>>;
}

/** What was edited in a form whose fields are those of the record. Throws InvalidInput. */
export function readEdit<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  body: FormValues,
): Edit<z.infer<z.ZodObject<Shape>>> {
  const seen = loadedOf(body);
  return { changes: readNamed(schema, editedIn(body, seen)), seen };
}

/**
 * The form of a record that is now as `fresh`: just opened, or back with what was typed. Where somebody
 * else was quicker it says what is there now beside the field; saving once more overwrites that.
 */
export function editForm(fresh: Loaded, { values, errors = {}, meanwhile = [] }: PageNote) {
  if (values === undefined) return { values: fresh, loaded: fresh, errors };
  const loaded = loadedOf(values);
  if (meanwhile.length === 0) return { values, loaded, errors };
  const news = meanwhile.map((name) => [name, `Meanwhile it was changed to: ${shown(name, fresh[name])}`]);
  return {
    values: { ...fresh, ...editedIn(values, loaded) },
    loaded: fresh,
    errors: Object.fromEntries(news),
  };
}

function shown(name: string, value: string | number | null | undefined): string {
  if (value === null || value === undefined || value === '') return 'nothing';
  if (name === 'status') return helpers.words(String(value));
  return name.endsWith('Date') ? helpers.date(String(value)) : String(value);
}
