/** When the source says it wrote each field of a person, as `sourceMoment` writes it. Fields it never dated are left out. */
export type SourceTimestamps = Readonly<Record<string, string>>;

/** A moment with its offset, such as `2026-11-24T10:15:00+01:00`; up to nine digits of a second. */
const shape = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/**
 * A moment as a source writes it, in UTC and always equally long, so that texts compare like the moments they
 * stand for, finer than a millisecond too. null for anything else.
 */
export function sourceTimestamp(text: string): string | null {
  const [, toTheSecond, fraction = '', offset] = shape.exec(text) ?? [];
  const moment = new Date(`${toTheSecond}${offset}`);
  if (Number.isNaN(moment.getTime()) || !/^\d/.test(moment.toISOString())) return null;
  return `${moment.toISOString().slice(0, 19)}.${fraction.padEnd(9, '0')}Z`;
}

/**
 * Which of the named fields an older piece of news speaks of: something newer is known already, so these are
 * to be ignored. News of the same moment are taken, so that a call can be repeated.
 */
export const outdated = <Field extends string>(
  known: SourceTimestamps,
  named: readonly Field[],
  moment: string,
): Field[] => named.filter((field) => Object.hasOwn(known, field) && known[field]! > moment);

/** What is known after the fields were taken. */
export const withTimestamp = (
  known: SourceTimestamps,
  taken: readonly string[],
  moment: string,
): SourceTimestamps => ({ ...known, ...Object.fromEntries(taken.map((field) => [field, moment])) });
