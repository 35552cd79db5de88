import { p } from '@mikro-orm/core';

/** An integer key that PostgreSQL generates. */
export const id = () => p.integer().primary().autoincrement();

/** A timestamp with time zone. */
export const timestamp = () => p.datetime().columnType('timestamptz');

/** The time of the insert. */
export const writtenAt = () => timestamp().defaultRaw('now()');

/** A list of short texts. */
export const texts = <T extends string>() => p.array().columnType('text[]').$type<T[]>();

/** A check constraint that a text column holds one of these words. */
export const oneOf = (name: string, column: string, words: readonly string[]) => ({
  name,
  expression: `${column} in (${words.map((word) => `'${word}'`).join(', ')})`,
});
