import { parse } from 'csv-parse/sync';
import { knownColumns } from '../../domain/imports/columns.ts';
import { type ImportKind, importLimits } from '../../domain/imports/imports.ts';
import { FileError } from './file-error.ts';

/** What separates cells, the likeliest first. */
const separators = [',', ';', '\t'] as const;

/** The beginning of a file, read far enough to know how to read the rest. */
export interface Opening {
  separator: string;
  /** What was read so far, to be read again as CSV. */
  text: string;
}

/**
 * Finds out what separates the cells: the separator that makes the header say most that is known. A first
 * line `sep=;`, which spreadsheets write and understand, settles it.
 */
export async function openingOf(kind: ImportKind, texts: AsyncIterator<string>): Promise<Opening> {
  let text = '';
  for (;;) {
    const opening = openingIn(kind, text, false);
    if (opening !== null) return opening;
    if (text.length > importLimits.lineBytes) {
      throw new FileError('broken-file', 'The first line is very long and does not end. Is this a CSV file?');
    }
    const { value, done } = await texts.next();
    if (done) return openingIn(kind, text, true)!;
    text += value;
  }
}

/** Null while the header has not ended. */
function openingIn(kind: ImportKind, text: string, isWhole: boolean): Opening | null {
  const begin = /^\n*/.exec(text)![0].length;
  const end = endOfLine(text, begin);
  if (end === null && !isWhole) return null;
  const first = text.slice(begin, end ?? text.length);
  const stated = /^sep=(.)$/.exec(first)?.[1];
  // The line stays as an empty one, so that the others keep their numbers.
  if (stated !== undefined)
    return { separator: stated, text: text.slice(0, begin) + text.slice(end ?? text.length) };
  return { separator: likeliest(kind, first), text };
}

function likeliest(kind: ImportKind, header: string): string {
  const scores = separators.map((separator) => {
    const headers = cellsOf(header, separator);
    return knownColumns(kind, headers) * 1000 + headers.length;
  });
  return separators[scores.indexOf(Math.max(...scores))]!;
}

/** What is wrong with a header is said when the file is read. */
function cellsOf(line: string, separator: string): string[] {
  try {
    const [cells] = parse(line, { delimiter: separator, relax_quotes: true }) as string[][];
    return cells ?? [];
  } catch {
    return [];
  }
}

/** The end of the line that begins there; a line break in quotation marks does not end it. Null when it goes on. */
function endOfLine(text: string, begin: number): number | null {
  let isQuoted = false;
  for (let at = begin; at < text.length; at++) {
    if (text[at] === '"') isQuoted = !isQuoted;
    else if (text[at] === '\n' && !isQuoted) return at;
  }
  return null;
}
