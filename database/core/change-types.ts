import type { RawBuilder } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import type { AuditAction, AuditDetails } from '../../domain/audit.ts';
import type { ChangedFact } from '../../domain/offboarding-snapshot.ts';
import type { ChosenEventType } from '../../domain/webhooks/webhooks.ts';
import type { Offboarding, User } from '../entities/index.ts';
import type { EntityManager } from './orm.ts';

/** One change of facts about one person, inside its transaction, with their row locked. */
export interface Change {
  readonly em: EntityManager;
  /** The person, read after the lock was taken. */
  readonly user: User;
  readonly actor: Actor;
  /** Adds an entry about the person to the audit trail. */
  record(action: AuditAction, details?: AuditDetails): void;
  /** Says what changed: the person's revision goes up, and the engine will hear of the facts it follows. */
  changed(...facts: ChangedFact[]): void;
  /** Fills slots of the statement at the end. It replaces what an earlier call put into the same slot. */
  alsoWrite(what: AlsoWritten): void;
  /** The person's open offboarding, also one that this change opens or closes; else null. */
  offboarding: Offboarding | null;
}

/**
 * What the statement at the end of a change writes besides the audit entries, one slot for each effect. A slot holds
 * common table expressions. They see neither each other's rows nor what is not flushed yet.
 */
export interface AlsoWritten extends Partial<Record<ChosenEventType, RawBuilder<unknown>>> {
  /** What becomes of the reminders. The last word counts: moved and then cancelled is cancelled. */
  reminders?: RawBuilder<unknown>;
  /** The end of sessions, one-time links and API tokens. */
  endedAccess?: RawBuilder<unknown>;
  /** A completion: the person is marked offboarded, and the offboarding closed. */
  completion?: RawBuilder<unknown>;
  /** The leaver's reports, who have no manager any more. */
  reports?: RawBuilder<unknown>;
  /** The notification and the mail to the leaver's manager. */
  manager?: RawBuilder<unknown>;
}
