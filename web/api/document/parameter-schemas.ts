import { z } from 'zod';
import type { Endpoint } from '../http/endpoint-types.ts';
import { showsState } from '../http/endpoints.ts';
import { keySchema } from '../http/idempotency-key.ts';
import { oneLine } from '../texts.ts';

const known: Record<string, z.ZodType> = {
  externalId: oneLine(100).meta({
    description: "The person's ID in the HR system.",
    examples: ['E-1017'],
  }),
  id: z.int().min(1).meta({ description: "The offboarding's ID." }),
  tag: oneLine(100).meta({ description: "The asset's tag.", examples: ['LT-0042'] }),
  importId: z.int().min(1).meta({ description: "The import's ID." }),
};

/** The schema of a path's parameters; undefined when it has none. */
export function pathParameters(path: string): z.ZodObject | undefined {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
  return names.length === 0
    ? undefined
    : z.object(Object.fromEntries(names.map((name) => [name, known[name]!])));
}

const header = (description: string) => z.string().optional().meta({ description });

/** The schema of the headers that an endpoint reads; undefined when it reads none. */
export function headerParameters(endpoint: Endpoint): z.ZodObject | undefined {
  const { keyed, conditional } = endpoint;
  const headers = {
    ...(keyed && {
      'Idempotency-Key': keySchema.optional().meta({
        description:
          'At most 255 characters. For at least 24 hours, calls with the same key run once. Repeats get the stored response with `Idempotent-Replayed: true`.',
      }),
    }),
    ...(conditional && {
      'If-Match': header('The `ETag` of the state you expect. For any other state the response is 412.'),
      'If-None-Match': header("`*`: only if it doesn't exist yet."),
    }),
    ...(showsState(endpoint) && {
      'If-None-Match': header("The `ETag` of the state you have. If it hasn't changed, the response is 304."),
    }),
  };
  return Object.keys(headers).length === 0 ? undefined : z.object(headers);
}
