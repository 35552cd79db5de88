import { z } from 'zod';
import { importLimits, importStates } from '../../domain/imports/imports.ts';
import type { Services } from '../services.ts';
import type { Endpoint } from './endpoints.ts';
import { answered } from './fields.ts';
import { importApi } from './imports.ts';

const importSchema = z
  .strictObject({
    id: answered.id(),
    state: z.enum(importStates),
    lines: z.int(),
    created: z.int(),
    changed: z.int(),
    unchanged: z.int(),
    failed: z.int(),
    newEndDates: z.int().meta({ description: 'How many people it makes start to leave.' }),
    clearedEndDates: z.int().meta({ description: 'How many people it makes stay.' }),
    createdAt: answered.moment(),
    startedAt: answered.moment().nullable(),
    endedAt: answered.moment().nullable(),
    errors: z
      .array(z.strictObject({ line: z.int(), column: z.string().nullable(), detail: z.string() }))
      .meta({ description: 'The problems of the first lines that have any.' }),
  })
  .meta({ id: 'Import' });

const parameters = z.strictObject({
  confirm: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional()
    .meta({
      description: 'How many people the file makes start or stop leaving, when it has to be confirmed.',
    }),
  unknownColumns: z
    .literal('leave-out')
    .optional()
    .meta({ description: 'Leaves out columns that mean nothing to Lastday, instead of refusing the file.' }),
});

/** What the API says of imports; imports.ts carries them out. */
export const importEndpoints = (services: Services): Record<'start' | 'show', Endpoint> => {
  const { importUsers, show } = importApi(services);
  return {
    start: {
      summary: 'Import people from a CSV file',
      detail: `At most ${importLimits.bytes / 1024 / 1024} MB and ${importLimits.rows.toLocaleString('en')} lines. The answer comes when the file has been read; its lines follow.`,
      query: parameters,
      body: { media: 'text/csv' },
      answers: { 202: { description: 'The import has begun.', schema: importSchema } },
      problems: {
        409: '`confirmation-needed`: the file makes many people start or stop leaving; `confirm` says how many.',
        413: 'The file is too large.',
        415: 'This is no CSV file.',
        422: 'The file cannot be read, or a parameter is wrong.',
      },
      handler: importUsers,
    },
    show: {
      summary: 'Show how far an import of people is',
      answers: { 200: { description: 'The import.', schema: importSchema } },
      handler: show,
    },
  };
};
