import type { ImportKind } from './imports.ts';

/** A column that a file can have. */
export interface Column {
  /** The API's name of its field. */
  field: string;
  /** Other accepted headers. Case, blanks and punctuation do not matter. */
  aliases: readonly string[];
  /** What an empty cell does: clears the field or keeps its value. */
  whenEmpty: 'clears' | 'keeps';
  /** The description for users who write the file. */
  about: string;
  example: string;
  /** The field that this one is a part of, so that the template leaves it out. */
  partOf?: string;
}

const personReference = "A person's external ID or email.";

const columnsOfUsers: readonly Column[] = [
  {
    field: 'externalId',
    aliases: ['id', 'employee id', 'personnel number'],
    whenEmpty: 'keeps',
    about: 'The ID in your HR system. Identifies the person; without it, the email does.',
    example: 'E-1042',
  },
  {
    field: 'name',
    aliases: ['full name'],
    whenEmpty: 'keeps',
    about: 'Required for new people.',
    example: 'Lena Brandt',
  },
  {
    field: 'firstName',
    aliases: [],
    whenEmpty: 'keeps',
    about: 'Used with lastName when the file has no name.',
    example: 'Lena',
    partOf: 'name',
  },
  {
    field: 'lastName',
    aliases: [],
    whenEmpty: 'keeps',
    about: 'Used with firstName when the file has no name.',
    example: 'Brandt',
    partOf: 'name',
  },
  {
    field: 'email',
    aliases: ['e-mail address', 'mail'],
    whenEmpty: 'keeps',
    about: "Identifies the person when the external ID doesn't. Optional for people who never sign in.",
    example: 'lena@example.com',
  },
  { field: 'department', aliases: [], whenEmpty: 'clears', about: 'Any text.', example: 'Engineering' },
  { field: 'jobTitle', aliases: ['title'], whenEmpty: 'clears', about: 'Any text.', example: 'Team lead' },
  {
    field: 'manager',
    aliases: ['manager external id', 'manager id', 'manager email'],
    whenEmpty: 'clears',
    about: `${personReference} It can be someone the same file adds.`,
    example: 'E-0007',
  },
  {
    field: 'startDate',
    aliases: ['first day'],
    whenEmpty: 'clears',
    about: 'A date.',
    example: '2021-03-01',
  },
  {
    field: 'endDate',
    aliases: ['last day'],
    whenEmpty: 'clears',
    about: 'A date. Setting it starts an offboarding; removing it cancels the offboarding.',
    example: '2026-12-31',
  },
  {
    field: 'timeZone',
    aliases: ['zone'],
    whenEmpty: 'clears',
    about: 'Decides when the last day ends.',
    example: 'Europe/Berlin',
  },
  {
    field: 'status',
    aliases: [],
    whenEmpty: 'keeps',
    about: 'active, suspended or offboarded.',
    example: 'active',
  },
];

const columnsOfAssets: readonly Column[] = [
  {
    field: 'tag',
    aliases: ['asset tag', 'inventory number'],
    whenEmpty: 'keeps',
    about: 'Identifies the asset. Required on every line.',
    example: 'LT-0001',
  },
  {
    field: 'serial',
    aliases: ['serial number'],
    whenEmpty: 'clears',
    about: 'Any text.',
    example: 'PF0001AB',
  },
  {
    field: 'model',
    aliases: [],
    whenEmpty: 'keeps',
    about: 'Required for new assets.',
    example: 'ThinkPad T14',
  },
  { field: 'location', aliases: [], whenEmpty: 'clears', about: 'Any text.', example: 'Lisbon' },
  {
    field: 'status',
    aliases: [],
    whenEmpty: 'keeps',
    about: 'in_stock, in_repair, retired, lost, or assigned if it has a holder.',
    example: 'assigned',
  },
  {
    field: 'holder',
    aliases: ['holder external id', 'holder email', 'assigned to', 'user'],
    whenEmpty: 'keeps',
    about: `${personReference} The asset is assigned to them; an empty cell changes nothing.`,
    example: 'E-1042',
  },
];

const columnsOfLicenses: readonly Column[] = [
  {
    field: 'license',
    aliases: ['license name', 'licence', 'name', 'product'],
    whenEmpty: 'keeps',
    about: 'Identifies the license. Required on every line.',
    example: 'Figma',
  },
  {
    field: 'vendor',
    aliases: [],
    whenEmpty: 'keeps',
    about: 'Any text. Distinguishes licenses with the same name.',
    example: 'Figma, Inc.',
  },
  {
    field: 'seatsTotal',
    aliases: ['seats', 'total seats'],
    whenEmpty: 'keeps',
    about: 'The number of seats. Required on one line of a new license.',
    example: '40',
  },
  {
    field: 'user',
    aliases: ['user external id', 'user email', 'holder', 'assigned to'],
    whenEmpty: 'keeps',
    about: `${personReference} They get a seat, one line each; an empty cell revokes nothing.`,
    example: 'E-1042',
  },
];

/** The columns that a file can have, in the order of their descriptions. */
export const columnsOf: Record<ImportKind, readonly Column[]> = {
  users: columnsOfUsers,
  assets: columnsOfAssets,
  licenses: columnsOfLicenses,
};

/** A file must have at least one of these columns, because they identify what a line is about. */
export const keyColumnsOf: Record<ImportKind, readonly string[]> = {
  users: ['externalId', 'email'],
  assets: ['tag'],
  licenses: ['license'],
};

/** A column of one file: its original header and its field; null when it is ignored. */
export interface FileColumn {
  header: string;
  field: string | null;
}
