import type { z } from 'zod';
import { InvalidInput } from '../../../domain/failures.ts';

/**
 * Reads a form with a schema. Throws InvalidInput with one message for each bad field. Ignores fields that the schema
 * does not know.
 */
export function readForm<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  // A browser sends every field, so only a script meets this message.
  const result = schema.safeParse(body ?? {}, { error: () => 'This field is missing or wrong.' });
  if (result.success) return result.data;
  const fields: Record<string, string> = {};
  for (const issue of result.error.issues) fields[String(issue.path[0] ?? '')] ??= issue.message;
  throw new InvalidInput(fields);
}
