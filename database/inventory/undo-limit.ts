import { sql } from 'kysely';
import type { AuditAction, AuditDetails } from '../../domain/audit.ts';
import { Refusal } from '../../domain/failures.ts';
import type { Change } from '../core/change-types.ts';
import { sqlOf } from '../core/tables.ts';
import type { User } from '../entities/index.ts';

/** How a step is reversed: within seconds by the person who did it (`undo`), or at any time (`correction`). */
export type Reversal = 'undo' | 'correction';

/** How long an undo is accepted, in seconds. The console offers it for ten; the rest is for slow networks. */
const acceptedSeconds = 15;

/** A step that may be undone: its actions, and the details that name its item. */
interface Step {
  actions: readonly AuditAction[];
  item: AuditDetails;
}

/**
 * Refuses an undo of a step that another actor did last, or that is older than 15 seconds by the database's clock. A
 * correction has no such limit. Throws Refusal.
 */
export async function refuseLateUndo(change: Change, reversal: Reversal, step: Step): Promise<void> {
  if (reversal === 'correction') return;
  const last = await lastEntryOf(change, step);
  if (last !== null && last.actor !== change.actor) {
    throw new Refusal(
      'undo-by-another',
      'Someone else did this, so only they can undo it. You can correct it below.',
    );
  }
  if (!last?.isRecent) {
    throw new Refusal('undo-too-late', 'Undo works for 10 seconds. You can still correct it below.');
  }
}

/** The last audit entry of a step, or null. */
export async function lastEntryOf({ em, user }: Change, { actions, item }: Step): Promise<LastEntry | null> {
  const { rows } = await sql<LastEntry>`
    select actor, details, at > clock_timestamp() - make_interval(secs => ${acceptedSeconds}) as "isRecent"
    from audit_entries
    where user_id = ${user.id} and action = any(${actions}) and details @> ${JSON.stringify(item)}::jsonb
    order by id desc limit 1`.execute(sqlOf(em));
  return rows[0] ?? null;
}

interface LastEntry {
  actor: string;
  details: AuditDetails;
  /** Whether it may still be undone. */
  isRecent: boolean;
}

/** Nothing is given back to a person whose offboarding is completed. Throws Refusal. */
export function refuseWhenCompleted({ name, offboardingCompletedAt }: User): void {
  if (!offboardingCompletedAt) return;
  throw new Refusal('already-offboarded', `${name} is already offboarded. Nothing was changed.`);
}
