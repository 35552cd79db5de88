/** When the source last wrote each field of a person, as `sourceTimestamp` returns it. Omits fields without a time. */
export type SourceTimestamps = Readonly<Record<string, string>>;

/** A time with its offset, such as `2026-11-24T10:15:00+01:00`, with up to nine fractional digits. */
const shape = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/**
 * Converts a source's time to UTC text of fixed length, so that texts sort like their times. Keeps nanoseconds.
 * Returns null for an invalid time.
 */
export function sourceTimestamp(text: string): string | null {
  const [, toTheSecond, fraction = '', offset] = shape.exec(text) ?? [];
  const time = new Date(`${toTheSecond}${offset}`);
  if (Number.isNaN(time.getTime()) || !/^\d/.test(time.toISOString())) return null;
  return `${time.toISOString().slice(0, 19)}.${fraction.padEnd(9, '0')}Z`;
}

/**
 * The named fields for which a newer value is stored, so that this update must be ignored. An update of the same time
 * is accepted, so that a call can be repeated.
 */
export const outdated = <Field extends string>(
  known: SourceTimestamps,
  named: readonly Field[],
  timestamp: string,
): Field[] => named.filter((field) => Object.hasOwn(known, field) && known[field]! > timestamp);

/** The timestamps after the fields were updated. */
export const withTimestamp = (
  known: SourceTimestamps,
  updated: readonly string[],
  timestamp: string,
): SourceTimestamps => ({ ...known, ...Object.fromEntries(updated.map((field) => [field, timestamp])) });
