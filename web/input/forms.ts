import type { z } from 'zod';
import { InvalidInput } from '../../domain/failures.ts';

/**
 * Reads a form with a schema. Throws InvalidInput with one message for each bad field; fields the schema
 * does not know are ignored, so that nothing can be smuggled in.
 */
export function readForm<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  const fields: Record<string, string> = {};
  for (const issue of result.error.issues) fields[String(issue.path[0] ?? '')] ??= issue.message;
  throw new InvalidInput(fields);
}

/** Runs `work`; bad input, found by a form or by a rule, goes to `answer` with the message for each field. */
export async function orFieldErrors<T>(
  work: () => Promise<T>,
  answer: (errors: Readonly<Record<string, string>>) => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InvalidInput) return answer(error.fields);
    throw error;
  }
}
