import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { EntityManager } from '../../database/core/orm.ts';
import type { Import } from '../../database/entities/index.ts';
import { linesToCorrect } from '../../database/imports/report.ts';
import { csvOptions } from './csv-writing.ts';
import { remarkWords } from './labels.ts';

/**
 * Sends the lines with errors or warnings as CSV, each with its number and its problems in two extra columns. The
 * corrected file can be imported as it is, because imports ignore these two columns.
 */
export const sendErrorsCsv = (em: EntityManager, found: Import, to: Writable): Promise<void> =>
  pipeline(records(em, found), stringify({ ...csvOptions(found.separator), bom: true }), to);

async function* records(em: EntityManager, found: Import): AsyncGenerator<string[]> {
  const { columns } = found;
  yield ['Line', 'Problems', ...columns.map(({ header }) => header)];
  for await (const { line, problems, warnings, cells } of linesToCorrect(em, found)) {
    const words = [
      ...problems.map((problem) => remarkWords(problem, columns)),
      ...warnings.map((warning) => `Warning: ${remarkWords(warning, columns)}`),
    ].join(' ');
    yield [String(line), words, ...cells];
  }
}
