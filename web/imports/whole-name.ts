import type { z } from 'zod';
import type { StagedRow } from '../../database/imports/staging.ts';
import type { Remark } from '../../domain/imports/evaluation.ts';

/**
 * Replaces `firstName` and `lastName`, which are no fields of a person, by the name that they make. The `name` of a line
 * takes precedence. One half alone states no name, because it would rename everyone when the other column comes empty.
 */
export function joinName(stated: StagedRow['stated'], nameReader: z.ZodType<string | number>): Remark[] {
  const { firstName, lastName } = stated;
  delete stated.firstName;
  delete stated.lastName;
  if (stated.name !== undefined || firstName === undefined || lastName === undefined) return [];
  const read = nameReader.safeParse(`${firstName} ${lastName}`);
  if (!read.success) return [{ field: 'lastName', message: read.error.issues[0]!.message }];
  stated.name = read.data;
  return [];
}
