import { z } from 'zod';
import { importLimits, importStates, linesKeptDays } from '../../domain/imports/imports.ts';
import type { Services } from '../http/services.ts';
import type { Endpoint } from './http/endpoint-types.ts';
import { readEndpoint } from './http/endpoints.ts';
import { responseField } from './http/fields.ts';
import { importApi } from './imports.ts';

const importSchema = z
  .strictObject({
    id: responseField.id(),
    state: z.enum(importStates),
    lines: z.int(),
    created: z.int(),
    changed: z.int(),
    unchanged: z.int(),
    failed: z.int(),
    managersPending: z.int().meta({
      description: 'How many people still wait for their manager. Importing the file again sets it.',
    }),
    newEndDates: z.int().meta({ description: 'How many people it makes start to leave.' }),
    clearedEndDates: z.int().meta({ description: 'How many people it makes stay.' }),
    changes: z.record(z.string(), z.int()).meta({
      description:
        'How many people it changes in other counted ways, such as `managersCleared`. First values never count.',
      examples: [{ managersCleared: 3 }],
    }),
    createdAt: responseField.dateTime(),
    startedAt: responseField.dateTime().nullable(),
    endedAt: responseField.dateTime().nullable(),
    errors: z
      .array(z.strictObject({ line: z.int(), column: z.string().nullable(), detail: z.string() }))
      .meta({ description: 'The problems of the first lines that have any.' }),
    warned: z.int().meta({ description: 'How many lines were imported with a warning.' }),
    warnings: z
      .array(z.strictObject({ line: z.int(), column: z.string().nullable(), detail: z.string() }))
      .meta({
        description:
          'The first values that were not stored. The rest of their lines was: a known person keeps the value, a new person has none.',
      }),
  })
  .meta({ id: 'Import' });

const parameters = z.strictObject({
  confirm: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional()
    .meta({
      description:
        'The number of people that the 409 `confirmation-needed` named in `confirm`, when a large change is wanted.',
    }),
  unknownColumns: z
    .literal('leave-out')
    .optional()
    .meta({ description: 'Leaves out columns that mean nothing to Lastday, instead of refusing the file.' }),
  columns: z.string().optional().meta({
    description:
      'What the columns of the file are: a JSON object with the header of each and its column, or null to leave it out, such as {"Exit":"endDate"}. Other headers are understood by their names.',
  }),
});

/** The endpoints of imports; their handlers are in imports.ts. */
export const importEndpoints = (services: Services): Record<'start' | 'show' | 'errors', Endpoint> => {
  const { importUsers, show, errors } = importApi(services);
  return {
    start: {
      summary: 'Import people from a CSV file',
      detail: `At most ${importLimits.bytes / 1024 / 1024} MB and ${importLimits.rows.toLocaleString('en')} lines. The answer comes when the file has been read; its lines follow.`,
      query: parameters,
      body: { media: 'text/csv' },
      answers: { 202: { description: 'The import has begun.', schema: importSchema } },
      problems: {
        409: '`confirmation-needed`: the file changes many people. `newEndDates`, `clearedEndDates` and `changes` say how; `confirm` is the number to send.',
        413: 'The file is too large.',
        415: 'This is no CSV file.',
        422: 'The file cannot be read, or a parameter is wrong. `mixed-dates`: a column of dates mixes two orders of day and month.',
      },
      handler: importUsers,
    },
    show: readEndpoint({
      summary: 'Show how far an import of people is',
      answers: { 200: { description: 'The import.', schema: importSchema } },
      answer: show,
    }),
    errors: {
      summary: 'Get the lines of an import of people with errors or warnings',
      detail: `The file again with these lines alone, and two columns in front: the number of the line, and what is wrong with it. Corrected, it can be imported as it is. Lines are kept for ${linesKeptDays} days after the end.`,
      answers: { 200: { description: 'The lines, as CSV.', media: 'text/csv' } },
      problems: { 410: '`lines-deleted`: the lines of this import have been deleted.' },
      handler: errors,
    },
  };
};
