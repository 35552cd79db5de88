import type { ImportKind } from './imports.ts';

/** A kind of change that a file is limited in, beside end dates. First values never count. */
export interface CountedChange {
  /** Its name in previews and over the API, such as `managersCleared`. */
  name: string;
  field: string;
  /** Whether the value goes away; otherwise another one replaces it. */
  isCleared: boolean;
  /** What people, assets or licenses would do. */
  words: string;
}

const cleared = (field: string, plural: string, what: string): CountedChange => ({
  name: `${plural}Cleared`,
  field,
  isCleared: true,
  words: `would lose their ${what}`,
});

const changed = (field: string, plural: string, what: string): CountedChange[] => [
  cleared(field, plural, what),
  { name: `${plural}Replaced`, field, isCleared: false, words: `would get another ${what}` },
];

/**
 * The kinds that are counted. Of fields that only describe, a lost value counts and another one does not, because
 * an empty column is an accident and a move is not.
 */
export const countedChanges: Record<ImportKind, readonly CountedChange[]> = {
  users: [
    ...changed('manager', 'managers', 'manager'),
    ...changed('department', 'departments', 'department'),
    ...changed('jobTitle', 'titles', 'job title'),
    ...changed('email', 'emails', 'email'),
    ...changed('status', 'statuses', 'status'),
    cleared('startDate', 'startDates', 'start date'),
    cleared('timeZone', 'timeZones', 'time zone'),
  ],
  assets: [
    ...changed('serial', 'serials', 'serial number'),
    ...changed('holder', 'holders', 'holder'),
    ...changed('status', 'statuses', 'status'),
    cleared('location', 'locations', 'location'),
  ],
  // A file changes nothing of a license but its number of seats.
  licenses: [],
};
