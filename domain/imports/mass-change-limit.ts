/** How many people one file may make start or stop leaving without a confirmation. */
export interface MassChangeLimit {
  /** The number of people. */
  count: number;
  /** The percentage of the workforce. */
  percent: number;
}

/** How many people's end dates a file would change. */
export interface LeavingChanges {
  /** People without an end date who would get one, or who would be marked offboarded. */
  starts: number;
  /** People whose end date would be cleared. */
  stops: number;
  /** All people who are not offboarded. */
  workforce: number;
}

/** The number to confirm: all people who would start or stop leaving. */
export const toConfirm = ({ starts, stops }: LeavingChanges): number => starts + stops;

/** Whether a file exceeds either limit and needs a confirmation. */
export function needsConfirmation(changes: LeavingChanges, { count, percent }: MassChangeLimit): boolean {
  const people = toConfirm(changes);
  return people > count || people * 100 > changes.workforce * percent;
}

/** The message that asks for the confirmation. */
export function massChangeWords(
  { starts, stops, workforce }: LeavingChanges,
  { count, percent }: MassChangeLimit,
): string {
  const parts = [
    starts > 0 && `${people(starts)} would get an end date`,
    stops > 0 && `${people(stops)} would lose theirs`,
  ];
  return `${parts.filter(Boolean).join(' and ')}. That is more than one file may do without a confirmation in this workspace: ${count} or ${percent} % of the ${workforce} people here.`;
}

const people = (count: number) => (count === 1 ? '1 person' : `${count} people`);
