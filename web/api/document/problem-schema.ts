import { z } from 'zod';

/** The schema of every error response (RFC 9457). */
export const problemSchema = z
  .looseObject({
    type: z.string().meta({ examples: ['urn:lastday:problem:invalid-input'] }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'A message for people.' }),
    code: z.string().meta({ description: 'A stable code for programs.' }),
    instance: z.string().meta({ description: 'The ID of this call in the logs.' }),
    errors: z
      .array(
        z.strictObject({
          pointer: z.string().optional().meta({ description: 'A JSON pointer into the body.' }),
          parameter: z.string().optional().meta({ description: 'A query or path parameter.' }),
          detail: z.string(),
        }),
      )
      .optional()
      .meta({ description: 'The problems with the input.' }),
    hardware: z.int().optional().meta({ description: 'For `still-open`: the number of open items.' }),
    software: z.int().optional(),
    requests: z.int().optional(),
  })
  .meta({ id: 'Problem' });
