import { type Filter, parse } from 'scim2-parse-filter';
import { badRequest, type ScimError } from '../http/scim-error.ts';

/** One comparison for equality, or a list's values that fulfil several. All comparisons of a filter hold together. */
export type Comparison =
  | { path: string; value: string | number | boolean | null }
  | { path: string; within: Comparison[] };

/** In bytes. */
const longestFilter = 2_048;
const mostLevels = 10;

/**
 * Reads a filter of comparisons with `eq` that are joined by `and`. Throws a 400 `invalidFilter` for any other one. The
 * package reads the grammar; texts are taken out before, because it misreads the escapes of JSON.
 */
export function parseFilter(filter: string): Comparison[] {
  if (Buffer.byteLength(filter) > longestFilter)
    throw invalid(`The filter is longer than ${longestFilter} bytes.`);
  const texts: string[] = [];
  const withoutTexts = filter.replaceAll(quoted, (text) => `"${texts.push(textIn(text)) - 1}"`);
  if (levelsOf(withoutTexts) > mostLevels) throw invalid(`The filter has more than ${mostLevels} levels.`);
  return comparisonsIn(parsed(withoutTexts.replace(afterBracket, ' and $1]')), texts);
}

const quoted = /"(?:[^"\\]|\\.)*"/gs;

/** `emails[type eq "work"].value eq "x"` means the same as `emails[type eq "work" and value eq "x"]`. */
const afterBracket = /\]\s?\.(\w+\s+eq\s+[^\s()[\]]+)/gi;

/** A text by the rules of JSON. A single backslash, which JSON has not, is taken as it is: `DOMAIN\user`. */
function textIn(text: string): string {
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(1, -1).replaceAll('\\"', '"');
  }
}

function levelsOf(filter: string): number {
  let [level, most] = [0, 0];
  for (const sign of filter) {
    if ('(['.includes(sign)) most = Math.max(most, ++level);
    else if (')]'.includes(sign)) level--;
  }
  return most;
}

function parsed(filter: string): Filter {
  // Each `not` is a level of the parser, and none is supported.
  if (/\bnot\b/i.test(filter)) throw unsupported('not');
  try {
    return parse(filter);
  } catch {
    throw invalid("The filter can't be read.");
  }
}

function comparisonsIn(filter: Filter, texts: readonly string[]): Comparison[] {
  switch (filter.op) {
    case 'and':
      return filter.filters.flatMap((one) => comparisonsIn(one, texts));
    case 'eq':
      return [{ path: filter.attrPath, value: valueIn(filter.compValue, texts) }];
    case '[]':
      return [{ path: filter.attrPath, within: comparisonsIn(filter.valFilter, texts) }];
    default:
      throw unsupported(filter.op);
  }
}

/** The parser only sees the number of a text. */
const valueIn = (value: string | number | boolean | null, texts: readonly string[]) =>
  typeof value === 'string' ? texts[Number(value)]! : value;

const invalid = (detail: string): ScimError => badRequest('invalidFilter', detail);

const unsupported = (operator: string): ScimError =>
  invalid(`Filters can only use eq, joined with and. ${operator} isn't supported.`);
