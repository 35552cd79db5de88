import { z } from 'zod';
import { importLimits, importStates, linesKeptDays } from '../../domain/imports/imports.ts';
import type { Services } from '../http/services.ts';
import type { Endpoint } from './http/endpoint-types.ts';
import { readEndpoint } from './http/endpoints.ts';
import { responseField } from './http/fields.ts';
import { importApi } from './imports.ts';

const remarks = (description: string) =>
  z
    .array(z.strictObject({ line: z.int(), column: z.string().nullable(), detail: z.string() }))
    .meta({ description });

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
      description: "People whose manager isn't set yet. Import the file again to set it.",
    }),
    newEndDates: z.int().meta({ description: 'People who start offboarding.' }),
    clearedEndDates: z.int().meta({ description: 'People whose end date is removed.' }),
    changes: z.record(z.string(), z.int()).meta({
      description:
        "People changed in other counted ways, such as `managersCleared`. An empty field that gets a value doesn't count.",
      examples: [{ managersCleared: 3 }],
    }),
    createdAt: responseField.dateTime(),
    startedAt: responseField.dateTime().nullable(),
    endedAt: responseField.dateTime().nullable(),
    errors: remarks('The problems of the first lines with errors.'),
    warned: z.int().meta({ description: 'Lines imported with a warning.' }),
    warnings: remarks(
      "The first values that weren't stored. The rest of each line was imported. Existing people keep the current value; for new people the field stays empty.",
    ),
  })
  .meta({ id: 'Import' });

const parameters = z.strictObject({
  confirm: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional()
    .meta({
      description: 'Confirms a large change: the number in `confirm` of the 409 `confirmation-needed`.',
    }),
  unknownColumns: z
    .literal('leave-out')
    .optional()
    .meta({ description: 'Ignores unknown columns instead of rejecting the file.' }),
  columns: z.string().optional().meta({
    description:
      'A JSON object that gives each header its column, or null to ignore it, such as {"Exit":"endDate"}. Other headers are matched by name.',
  }),
});

/** The endpoints of imports; their handlers are in imports.ts. */
export const importEndpoints = (services: Services): Record<'start' | 'show' | 'errors', Endpoint> => {
  const { importUsers, show, errors } = importApi(services);
  return {
    start: {
      summary: 'Import people from a CSV file',
      detail: `At most ${importLimits.bytes / 1024 / 1024} MB and ${importLimits.rows.toLocaleString('en')} lines. The response is sent once the file is read; its lines are imported afterwards.`,
      query: parameters,
      body: { media: 'text/csv' },
      answers: { 202: { description: 'The import has started.', schema: importSchema } },
      rules: [
        { code: 'empty-file', description: 'A header and at least one line below it.' },
        { code: 'not-csv', description: 'Text in UTF-8 or Windows-1252.' },
        {
          code: 'broken-file',
          description: 'CSV in which every quotation mark is closed and no column is repeated.',
        },
        { code: 'missing-columns', description: 'The columns that every person needs.' },
        { code: 'unknown-columns', description: 'All columns are known to Lastday.' },
        { code: 'mixed-dates', description: 'The same order of day and month throughout each date column.' },
      ],
      problems: {
        409: '`confirmation-needed`: the file changes many people. `newEndDates`, `clearedEndDates` and `changes` have the counts; `confirm` is the number to send.',
        413: 'The file is too large.',
        415: "The body isn't a CSV file.",
        422: "The file can't be read, or a parameter is invalid.",
      },
      handler: importUsers,
    },
    show: readEndpoint({
      summary: 'Show the progress of an import',
      answers: { 200: { description: 'The import.', schema: importSchema } },
      answer: show,
    }),
    errors: {
      summary: 'Get the lines with errors or warnings',
      detail: `The file with only these lines. Two columns come first: the line number and its problems. You can import the corrected file as it is. Lines are kept for ${linesKeptDays} days after the import ends.`,
      answers: { 200: { description: 'The lines, as CSV.', media: 'text/csv' } },
      problems: { 410: "`lines-deleted`: this import's lines have been deleted." },
      handler: errors,
    },
  };
};
