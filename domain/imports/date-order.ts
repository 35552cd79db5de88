import type { DateFormat } from '../parse-date.ts';

/** Which comes first in a written date. */
type DateOrder = 'day-month' | 'month-day';

/** A date that can be read in one order only. */
interface OrderProof {
  line: number;
  text: string;
  order: DateOrder;
}

/** Two facts about a column that cannot both be true, so that its other dates may be read wrongly. */
export interface MixedDates {
  proof: OrderProof;
  /** A date of the column that proves the other order; null when the expected order is that of the format. */
  other: OrderProof | null;
  isYearFirst: boolean;
}

/**
 * Makes a function that takes the dates of one column in turn. It returns what it has found when a date can only be
 * read in another order than the format's, or than an earlier date; null otherwise.
 */
export function orderChecker(format: DateFormat) {
  const formatOrder = orderOfFormat(format);
  let first: OrderProof | null = null;

  return (line: number, text: string): MixedDates | null => {
    const isYearFirst = yearFirst.test(text);
    const order = provenOrder(text);
    if (order === null) return null;
    const proof = { line, text, order };
    if (isYearFirst) return order === 'month-day' ? null : { proof, other: null, isYearFirst };
    if (formatOrder !== null) return order === formatOrder ? null : { proof, other: null, isYearFirst };
    first ??= proof;
    return order === first.order ? null : { proof, other: first, isYearFirst };
  };
}

const yearFirst = /^\d{4}\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{1,2})(?!\d)/;
const yearLast = /^(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*\d{4}(?!\d)/;

/** The only order in which a text can be a date; null when both are possible or none is. A time may follow. */
function provenOrder(text: string): DateOrder | null {
  const [, one, two] = (yearFirst.exec(text) ?? yearLast.exec(text) ?? []).map(Number) as [
    number,
    number,
    number,
  ];
  if (isOnlyDay(one) && isMonth(two)) return 'day-month';
  return isMonth(one) && isOnlyDay(two) ? 'month-day' : null;
}

const isMonth = (part: number) => part >= 1 && part <= 12;
const isOnlyDay = (part: number) => part >= 13 && part <= 31;

/** The order in a format that ends with the year; null for the others, because they do not say it. */
function orderOfFormat(format: DateFormat): DateOrder | null {
  if (format.startsWith('YYYY')) return null;
  return format.startsWith('DD') ? 'day-month' : 'month-day';
}
