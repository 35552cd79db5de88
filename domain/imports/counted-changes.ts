import type { ImportKind } from './imports.ts';

/** A kind of change that a file is limited in, beside end dates. First values never count, except a license's vendor. */
export interface CountedChange {
  /** Its name in previews and over the API, such as `managersCleared`. */
  name: string;
  field: string;
  /** Whether the value goes away, another one replaces it, or it is the first one. */
  effect: 'cleared' | 'replaced' | 'first';
  /** What people, assets or licenses would do. */
  words: string;
}

const cleared = (field: string, plural: string, what: string): CountedChange => ({
  name: `${plural}Cleared`,
  field,
  effect: 'cleared',
  words: `would have their ${what} removed`,
});

const changed = (field: string, plural: string, what: string): CountedChange[] => [
  cleared(field, plural, what),
  { name: `${plural}Replaced`, field, effect: 'replaced', words: `would get a different ${what}` },
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
  // A license is its name and its vendor, so a person has to say that both are the same license.
  licenses: [{ name: 'vendorsStated', field: 'vendor', effect: 'first', words: 'would get a vendor' }],
};

/** The kinds that always need a confirmation, whatever the limit. */
export const alwaysConfirmed: readonly string[] = ['vendorsStated'];
