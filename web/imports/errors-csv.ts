import { Readable } from 'node:stream';
import type { Import } from '../../database/entities/index.ts';
import { refusedLines } from '../../database/imports/report.ts';
import type { EntityManager } from '../../database/orm.ts';
import { remarkWords } from '../words/imports.ts';
import { csvLine } from './csv-writing.ts';

/**
 * The lines that were not taken, as they stand in the file, each with its number and what is wrong with it: to be
 * corrected and imported again, since the two columns in front mean nothing then.
 */
export const errorsCsv = (em: EntityManager, found: Import): Readable => Readable.from(lines(em, found));

async function* lines(em: EntityManager, found: Import): AsyncGenerator<string> {
  const { columns, separator } = found;
  yield `\ufeff${csvLine(['Line', 'Problems', ...columns.map(({ header }) => header)], separator)}`;
  for await (const { line, problems, cells } of refusedLines(em, found)) {
    const words = problems.map((problem) => remarkWords(problem, columns)).join(' ');
    yield csvLine([String(line), words, ...cells], separator);
  }
}
