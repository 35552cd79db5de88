import { may, type Permission, type Role } from '../access/permissions.ts';
import type { AuditDetails } from '../audit.ts';

/** What a file can contain. */
export const importKinds = ['users', 'assets', 'licenses'] as const;
export type ImportKind = (typeof importKinds)[number];

/** The permission that each kind of import needs. */
export const permissionToImport: Record<ImportKind, Permission> = {
  users: 'manage-people',
  assets: 'manage-inventory',
  licenses: 'manage-inventory',
};

/** The path of the import in a notification; null when the reader may not see it. */
export const addressOfImport = ({ importId, kind }: AuditDetails, role: Role): string | null =>
  may(role, permissionToImport[kind as ImportKind]) ? `/imports/${importId}` : null;

/**
 * `imports.state`: the file is being read (`staging`), waits for a user to say what its columns are (`mapping`) or to
 * start it (`ready`), was started, runs, and ends. A `failed` import waits for a user to start it again.
 */
export const importStates = [
  'staging',
  'mapping',
  'ready',
  'starting',
  'running',
  'cancelling',
  'done',
  'cancelled',
  'failed',
] as const;
export type ImportState = (typeof importStates)[number];

export type ImportEnd = Extract<ImportState, 'done' | 'cancelled' | 'failed'>;

const underWay: readonly ImportState[] = ['starting', 'running', 'cancelling'];

/** Whether an import was started and has not ended, so that a workflow executes it. */
export const isUnderWay = (state: ImportState): boolean => underWay.includes(state);

/** The limits of a file. */
export const importLimits = {
  bytes: 50 * 1024 * 1024,
  rows: 250_000,
  columns: 50,
  /** The bytes of one line, quoted line breaks included. */
  lineBytes: 64 * 1024,
} as const;

/** Retention of the lines of an ended import, in days, because they contain personal data. */
export const linesKeptDays = 7;
