import type { Actor } from '../../domain/actor.ts';
import type { AssetStatus, ReturnCondition } from '../../domain/assets.ts';
import type { AuditAction, AuditDetails } from '../../domain/audit.ts';
import type { RequestStatus } from '../../domain/offboarding/checklist.ts';

// Rows of the tables, with the entities' property names. They are inserted directly, because the functions of
// database/ change one thing at the current time, and a demo needs years of history.

export interface AssetRow {
  id: number;
  tag: string;
  serial: string;
  model: string;
  location: string | null;
  status: AssetStatus;
  condition: ReturnCondition | null;
  createdAt: Date;
}

export interface AssignmentRow {
  id: number;
  assetId: number;
  userId: number;
  assignedAt: Date;
  returnedAt: Date | null;
  condition: ReturnCondition | null;
  note: string | null;
}

export interface LicenseRow {
  id: number;
  name: string;
  vendor: string;
  seatsTotal: number;
  createdAt: Date;
}

export interface SeatRow {
  id: number;
  licenseId: number;
  userId: number;
  assignedAt: Date;
}

export interface RequestRow {
  id: number;
  userId: number;
  item: string;
  reason: string;
  status: RequestStatus;
  createdAt: Date;
  approvedAt: Date | null;
  resolvedAt: Date | null;
  note: string | null;
}

export interface AuditRow {
  at: Date;
  actor: Actor;
  action: AuditAction;
  userId: number | null;
  details: AuditDetails;
}

/** What every generator needs. */
export interface DemoContext {
  now: Date;
  /** The actor of the audit entries. */
  actor: Actor;
  /** Collects the audit entries, in any order. */
  audit: AuditRow[];
}
