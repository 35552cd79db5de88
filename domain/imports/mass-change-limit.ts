import { alwaysConfirmed } from './counted-changes.ts';

/** How much one file may change without a confirmation. */
export interface MassChangeLimit {
  /** The number of people, assets or licenses. */
  count: number;
  /** The percentage of all of them. */
  percent: number;
}

/** What a file would change that is limited. */
export interface MassChange {
  /** People without an end date who would get one, or who would be marked offboarded. */
  starts: number;
  /** People whose end date would be cleared. */
  stops: number;
  /** All people who are not offboarded. */
  workforce: number;
  /** How many people, assets or licenses the other kinds of change are about, by `CountedChange.name`. */
  changes?: Record<string, number> | undefined;
  /** All people, assets or licenses of any kind above, each counted once. */
  subjects?: number | undefined;
  /** All people who are not offboarded, all assets, or all licenses. */
  total?: number | undefined;
  /** The fields whose column is empty on every line, although a record that the file names has a value. */
  emptyFields?: string[] | undefined;
  /** The first of the licenses that would get a vendor. */
  firstVendors?: FirstVendor[] | undefined;
}

/** A license without a vendor, and the vendor that the file states. */
export interface FirstVendor {
  license: string;
  vendor: string;
}

/** Whether a file needs a confirmation: it exceeds the limit, or would give a license its first vendor. */
export const needsConfirmation = (change: MassChange, limit: MassChangeLimit): boolean =>
  isBeyond(change.starts + change.stops, change.workforce, limit) || isBeyondElsewhere(change, limit);

/**
 * The number to confirm: all people who would start or stop leaving. When a kind of change that is not about end dates
 * needs a confirmation, it is the number of people, assets or licenses over all kinds.
 */
export const toConfirm = (change: MassChange, limit: MassChangeLimit): number =>
  isBeyondElsewhere(change, limit) ? (change.subjects ?? 0) : change.starts + change.stops;

/** Whether a kind of change that is not about end dates is beyond the limit, or always needs a confirmation. */
export const isBeyondElsewhere = ({ changes = {}, total = 0 }: MassChange, limit: MassChangeLimit): boolean =>
  Object.entries(changes).some(([name, count]) =>
    alwaysConfirmed.includes(name) ? count > 0 : isBeyond(count, total, limit),
  );

/** Whether a number is above either limit. */
const isBeyond = (number: number, all: number, { count, percent }: MassChangeLimit): boolean =>
  number > count || number * 100 > all * percent;
