import { p } from '@mikro-orm/core';

/** An integer key that the database counts up. */
export const id = () => p.integer().primary().autoincrement();

/** A moment in time, with its zone. */
export const moment = () => p.datetime().columnType('timestamptz');

/** The moment a row was written. */
export const writtenAt = () => moment().defaultRaw('now()');

/** A list of short texts. */
export const texts = <T extends string>() => p.array().columnType('text[]').$type<T[]>();

/** A check that a text column holds one of the words we know. */
export const oneOf = (name: string, column: string, words: readonly string[]) => ({
  name,
  expression: `${column} in (${words.map((word) => `'${word}'`).join(', ')})`,
});
