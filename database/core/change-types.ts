import type { RawBuilder } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import type { AuditAction, AuditDetails } from '../../domain/audit.ts';
import type { ChangedFact } from '../../domain/offboarding/snapshot.ts';
import type { ChosenEventType } from '../../domain/webhooks/webhooks.ts';
import type { Offboarding, User } from '../entities/index.ts';
import type { EntityManager } from './orm.ts';

/** One change of facts about one person, inside a transaction that has locked the person's row. */
export interface Change {
  readonly em: EntityManager;
  /** Read after the lock was taken. */
  readonly user: User;
  readonly actor: Actor;
  /** Adds an audit entry about the person. */
  record(action: AuditAction, details?: AuditDetails): void;
  /** Increments the person's revision and signals the changed facts to the workflow. */
  changed(...facts: ChangedFact[]): void;
  /** Fills slots of the final statement. A later call replaces the same slot. */
  alsoWrite(what: AlsoWritten): void;
  /** The offboarding that is open, or that this change opened or closed; else null. */
  offboarding: Offboarding | null;
}

/**
 * What the final statement of a change writes besides the audit entries, one slot for each effect. A slot holds
 * common table expressions. They see neither each other's rows nor entities that are not flushed.
 */
export interface AlsoWritten extends Partial<Record<ChosenEventType, RawBuilder<unknown>>> {
  /** Reschedules or skips reminders. The last call wins, so a move followed by a cancellation only cancels. */
  reminders?: RawBuilder<unknown>;
  /** Revokes sessions, one-time links and API tokens. */
  revokedAccess?: RawBuilder<unknown>;
  /** Deletes passkeys, the authenticator app and its recovery codes. */
  removedFactors?: RawBuilder<unknown>;
  /** Marks the person offboarded and closes the offboarding. */
  completion?: RawBuilder<unknown>;
  /** Clears the manager of the leaver's reports. */
  reports?: RawBuilder<unknown>;
  /** Removes the person as the owner of offboardings. */
  owned?: RawBuilder<unknown>;
  /** Lets the effects of a deactivation wait, and notifies the super-admins. */
  held?: RawBuilder<unknown>;
  /** Notifies the leaver's manager, in the console and by mail. */
  manager?: RawBuilder<unknown>;
}
