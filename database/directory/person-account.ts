import { sql } from 'kysely';
import type { FormerOwner } from '../../domain/wording/identity-notes.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { HeldReason } from '../entities/directory.ts';
import { formerOwner } from '../people/newcomer-notes.ts';

/** What a person's page says about their account. */
export interface PersonAccount {
  id: string;
  userName: string;
  externalId: string | null;
  /** The directory's view. */
  active: boolean;
  activatedAt: Date | null;
  deactivatedAt: Date | null;
  /** When the directory deleted the account. */
  hiddenAt: Date | null;
  /** Why the effects of a deactivation wait for a super-admin; null when none do. */
  heldReason: HeldReason | null;
  /** The directory alone stated that they leave. */
  isLeavingByDirectory: boolean;
  /** The directory has stated that they are active, and their offboarding goes on because others opened it. */
  isActiveLeaver: boolean;
  /** The directory stated that they are active after their offboarding was completed: were they hired again? */
  isActiveAgain: boolean;
  /** HR has stated when they leave. */
  isEndDateHrs: boolean;
  /** Who had their address before and has left. */
  formerOwner: FormerOwner | null;
}

/** A person's account, also a deleted one, by one statement; null when no directory has ever stated anything of them. */
export async function accountOfPerson(em: EntityManager, userId: number): Promise<PersonAccount | null> {
  const { rows } = await sql<PersonAccount>`
    select a.id, a.user_name as "userName", a.external_id as "externalId", a.active, a.activated_at as "activatedAt",
      a.deactivated_at as "deactivatedAt", a.hidden_at as "hiddenAt", h.reason as "heldReason",
      coalesce(o.opened_by_directory, false) as "isLeavingByDirectory",
      a.active and o.id is not null and coalesce(a.activated_at > a.deactivated_at, false) as "isActiveLeaver",
      a.active and coalesce(a.activated_at > u.offboarding_completed_at, false) as "isActiveAgain",
      'endDate' = any(u.hr_stated) as "isEndDateHrs", ${formerOwner} as "formerOwner"
    from directory_accounts a join users u on u.id = a.user_id cross join workspace w
    left join held_deactivations h on h.user_id = u.id
    left join offboardings o on o.user_id = u.id and o.state = 'open'
    where a.user_id = ${userId}`.execute(sqlOf(em));
  return rows[0] ?? null;
}
