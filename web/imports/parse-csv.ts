import { pipeline, Readable } from 'node:stream';
import { CsvError, type Info, type Parser, parse } from 'csv-parse';
import { type ImportKind, importLimits } from '../../domain/imports/imports.ts';
import { textOf } from './decode.ts';
import { openingOf } from './dialect.ts';
import { FileError } from './file-error.ts';

/** A record of a CSV file. */
export interface CsvRecord {
  /** The line of the file where the record begins, from 1. */
  line: number;
  cells: string[];
}

/** A CSV file: its header, and the stream of its records. */
export interface CsvFile {
  separator: string;
  headers: string[];
  records: AsyncIterable<CsvRecord>;
}

/**
 * Opens a CSV file and detects its encoding and separator. Skips empty lines. Throws FileError when the file is empty
 * or not CSV, also while the records are read.
 */
export async function openCsv(kind: ImportKind, bytes: AsyncIterable<Uint8Array>): Promise<CsvFile> {
  const texts = textOf(bytes);
  const { separator, text } = await openingOf(kind, texts);
  const records = recordsOf(parserOf(separator, text, texts));
  const header = await records.next();
  if (header.done) throw new FileError('empty-file', 'The file is empty.');
  return { separator, headers: header.value.cells.map((cell) => cell.normalize().trim()), records };
}

function parserOf(separator: string, opening: string, rest: AsyncIterable<string>): Parser {
  const parser = parse({
    delimiter: separator,
    record_delimiter: '\n',
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    max_record_size: importLimits.lineBytes,
  });
  // Errors are thrown by the parser when its records are read.
  pipeline(Readable.from(both(opening, rest)), parser, () => {});
  return parser;
}

async function* both(opening: string, rest: AsyncIterable<string>) {
  yield opening;
  yield* rest;
}

async function* recordsOf(parser: Parser): AsyncGenerator<CsvRecord> {
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      yield { line: info.lines - breaksIn(record), cells: record };
    }
  } catch (error) {
    throw error instanceof CsvError ? inWords(error) : error;
  }
}

function breaksIn(cells: readonly string[]): number {
  let breaks = 0;
  for (const cell of cells) if (cell.includes('\n')) breaks += cell.split('\n').length - 1;
  return breaks;
}

function inWords(error: CsvError): FileError {
  const line = Number(error.lines);
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return new FileError(
        'broken-file',
        'A quotation mark is never closed. Close it and upload the file again.',
      );
    case 'CSV_MAX_RECORD_SIZE':
      return new FileError(
        'broken-file',
        `The text that begins around line ${line} is longer than ${importLimits.lineBytes / 1024} kB. Is a quotation mark missing?`,
      );
    default:
      return new FileError(
        'broken-file',
        `Line ${line} isn't valid CSV. Correct it and upload the file again.`,
      );
  }
}
