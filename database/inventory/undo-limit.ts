import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import type { AuditAction, AuditDetails } from '../../domain/audit.ts';
import { Refusal } from '../../domain/failures.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { User } from '../entities/index.ts';

/** How a step is reversed: within seconds by the person who did it (`undo`), or at any time (`correction`). */
export type Reversal = 'undo' | 'correction';

/** How long the console offers an undo, in milliseconds. */
const offeredMs = 10_000;
/** How long an undo is accepted, in milliseconds: longer than it is offered, for slow networks. */
const acceptedMs = 15_000;

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
  if (last === null || last.ageMs >= acceptedMs) {
    throw new Refusal('undo-too-late', 'Undo works for 10 seconds. You can still correct it below.');
  }
}

/** For how many more milliseconds `actor` is offered an undo of a step about a person; 0 when it is too late. */
export async function undoOfferedMs(
  em: EntityManager,
  actor: Actor,
  userId: number,
  step: Step,
): Promise<number> {
  const last = await lastEntryAbout(em, userId, step);
  return last?.actor === actor ? Math.max(0, Math.ceil(offeredMs - last.ageMs)) : 0;
}

/** The last audit entry of a step, or null. */
export const lastEntryOf = ({ em, user }: Change, step: Step): Promise<LastEntry | null> =>
  lastEntryAbout(em, user.id, step);

async function lastEntryAbout(
  em: EntityManager,
  userId: number,
  { actions, item }: Step,
): Promise<LastEntry | null> {
  const { rows } = await sql<LastEntry>`
    select actor, details, extract(epoch from clock_timestamp() - at)::float8 * 1000 as "ageMs"
    from audit_entries
    where user_id = ${userId} and action = any(${actions}) and details @> ${JSON.stringify(item)}::jsonb
    order by id desc limit 1`.execute(sqlOf(em));
  return rows[0] ?? null;
}

interface LastEntry {
  actor: string;
  details: AuditDetails;
  /** How long ago it was, by the database's clock. */
  ageMs: number;
}

/** Nothing is given back to a person whose offboarding is completed. Throws Refusal. */
export function refuseWhenCompleted({ name, offboardingCompletedAt }: User): void {
  if (!offboardingCompletedAt) return;
  throw new Refusal('already-offboarded', `${name} is already offboarded. Nothing was changed.`);
}
