import { parse } from 'csv-parse/sync';
import { knownColumns } from '../../domain/imports/header.ts';
import { type ImportKind, importLimits } from '../../domain/imports/imports.ts';
import { FileError } from './file-error.ts';

/** The separators of cells, the likeliest first. */
const separators = [',', ';', '\t'] as const;

/** A first line that names the separator, in any case, with or without quotation marks. */
const statedSeparator = /^"?sep=([^"\p{L}\p{N}])"?\s*$/iu;

/** The beginning of a file, up to the end of its header at least. */
export interface Opening {
  separator: string;
  /** The text read so far, to be parsed as CSV. */
  text: string;
}

/**
 * Detects the separator of the cells: the one with which the header has the most known columns. A first line `sep=;`,
 * which spreadsheets write, takes precedence. Throws FileError when the first line is too long.
 */
export async function openingOf(kind: ImportKind, texts: AsyncIterator<string>): Promise<Opening> {
  let text = '';
  for (;;) {
    const opening = openingIn(kind, text, false);
    if (opening !== null) return opening;
    if (text.length > importLimits.lineBytes) {
      throw new FileError('broken-file', 'The first line is too long. Is this a CSV file?');
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
  const stated = statedSeparator.exec(first)?.[1];
  // An empty line stays, so that the line numbers do not change.
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

/** The cells of the header; none when it cannot be parsed, which is reported when the file is read. */
function cellsOf(line: string, separator: string): string[] {
  try {
    const [cells] = parse(line, { delimiter: separator, relax_quotes: true }) as string[][];
    return cells ?? [];
  } catch {
    return [];
  }
}

/** The index of the line break that ends the line; null when there is none. Those in quotation marks do not count. */
function endOfLine(text: string, begin: number): number | null {
  let isQuoted = false;
  for (let at = begin; at < text.length; at++) {
    if (text[at] === '"') isQuoted = !isQuoted;
    else if (text[at] === '\n' && !isQuoted) return at;
  }
  return null;
}
