import { z } from 'zod';

/** The schema of every error response (RFC 9457). */
export const problemSchema = z
  .looseObject({
    type: z.string().meta({ examples: ['urn:lastday:problem:invalid-input'] }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'For people.' }),
    code: z.string().meta({ description: 'For programs: it does not change.' }),
    instance: z.string().meta({ description: 'This call, as the logs know it.' }),
    errors: z
      .array(
        z.strictObject({
          pointer: z.string().optional().meta({ description: 'A JSON pointer into the body.' }),
          parameter: z.string().optional().meta({ description: 'A parameter of the address.' }),
          detail: z.string(),
        }),
      )
      .optional()
      .meta({ description: 'What is wrong with the input, part by part.' }),
    hardware: z.int().optional().meta({ description: 'Of `still-open`: how much is still open.' }),
    software: z.int().optional(),
    requests: z.int().optional(),
  })
  .meta({ id: 'Problem' });
