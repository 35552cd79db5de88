import { z } from 'zod';
import { columnsOf } from '../../domain/imports/columns.ts';
import type { ChosenFields } from '../../domain/imports/header.ts';

const fields = columnsOf.users.map(({ field }) => field);
const mapping = z.array(z.tuple([z.string(), z.union([z.enum(fields), z.null()])]));

/** The fields by header in `?columns=`, or what is wrong with it. */
export function chosenColumns(text: unknown): { chosen: ChosenFields } | { problem: string } {
  const read = mapping.safeParse(entriesOf(text));
  if (!read.success) {
    const problem = `Expected a JSON object of headers, each with one of these columns or null: ${fields.join(', ')}.`;
    return { problem };
  }
  const chosen = new Map(read.data.map(([header, field]) => [asInFile(header), field]));
  if (chosen.size < read.data.length || hasRepeatedKey(text as string))
    return { problem: 'A header appears twice.' };
  const taken = [...chosen.values()].filter((field) => field !== null);
  const doubled = taken.find((field, index) => taken.indexOf(field) !== index);
  return doubled === undefined ? { chosen } : { problem: `Two headers have the column ${doubled}.` };
}

/** A header as the reader of the file sees it. */
const asInFile = (header: string) => header.normalize().trim();

/** The names and values of a JSON object; undefined for any other text. */
function entriesOf(text: unknown): [string, unknown][] | undefined {
  try {
    const value: unknown = JSON.parse(text as string);
    return z.looseObject({}).safeParse(value).success ? Object.entries(value as object) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a flat JSON object has a name twice, which `JSON.parse` does not tell. Compares the names as they mean. */
function hasRepeatedKey(json: string): boolean {
  const keys = [...json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?/g)].flatMap(([, key, colon]) =>
    colon === undefined ? [] : [JSON.parse(key!) as string],
  );
  return new Set(keys).size < keys.length;
}
