/** How many people one file may make start or stop leaving before somebody has to confirm the number. */
export interface MassChangeLimit {
  /** People. */
  count: number;
  /** Per cent of the workforce. */
  percent: number;
}

/** What a file would do to people's end dates. */
export interface LeavingChanges {
  /** People who would get an end date they have not had, or be marked offboarded. */
  starts: number;
  /** People whose end date would be cleared. */
  stops: number;
  /** Everybody who has not been offboarded yet. */
  workforce: number;
}

/** The number to confirm: everybody who would start or stop leaving. */
export const toConfirm = ({ starts, stops }: LeavingChanges): number => starts + stops;

/** Whether a file needs a confirmation: more people than the one limit, or than the other. */
export function needsConfirmation(changes: LeavingChanges, { count, percent }: MassChangeLimit): boolean {
  const people = toConfirm(changes);
  return people > count || people * 100 > changes.workforce * percent;
}

/** Why the brake is on, in words. */
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
