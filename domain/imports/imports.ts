import { may, type Permission, type Role } from '../access/permissions.ts';
import type { AuditDetails } from '../audit.ts';

/** What a file can bring in. */
export const importKinds = ['users', 'assets', 'licenses'] as const;
export type ImportKind = (typeof importKinds)[number];

/** Who may bring it in. */
export const permissionToImport: Record<ImportKind, Permission> = {
  users: 'manage-people',
  assets: 'manage-inventory',
  licenses: 'manage-inventory',
};

/** Where a reader sees the import that a notification speaks of; null where they may not. */
export const addressOfImport = ({ importId, kind }: AuditDetails, role: Role): string | null =>
  may(role, permissionToImport[kind as ImportKind]) ? `/imports/${importId}` : null;

/**
 * `imports.state`: the file is read (`staging`), waits for a person to look at it (`ready`), was started, runs,
 * and has ended one way or another. `failed` waits for a person to try again.
 */
export const importStates = [
  'staging',
  'ready',
  'starting',
  'running',
  'cancelling',
  'done',
  'cancelled',
  'failed',
] as const;
export type ImportState = (typeof importStates)[number];

/** How an import can end. */
export type ImportEnd = Extract<ImportState, 'done' | 'cancelled' | 'failed'>;

const underWay: readonly ImportState[] = ['starting', 'running', 'cancelling'];

/** Whether an import has been started and has not ended: then a workflow of its own carries it on. */
export const isUnderWay = (state: ImportState): boolean => underWay.includes(state);

/** How large a file may be. */
export const importLimits = {
  bytes: 50 * 1024 * 1024,
  rows: 250_000,
  columns: 50,
  /** The bytes of one line, quoted line breaks included. */
  lineBytes: 64 * 1024,
} as const;

/** How long the lines of an import are kept after its end, in days: they hold personal data. */
export const linesKeptDays = 7;
