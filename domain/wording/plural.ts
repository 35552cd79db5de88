const grouped = new Intl.NumberFormat('en');

/** A number with its noun: `1 seat`, `1,200 seats`. `many` is for nouns whose plural is not made with an s. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${grouped.format(count)} ${oneOrMany(count, one, many)}`;

/** The word that agrees with a number: `oneOrMany(3, 'is', 'are')` is `are`. */
export const oneOrMany = (count: number, one: string, many: string): string => (count === 1 ? one : many);
