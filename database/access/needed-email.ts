import { sql } from 'kysely';
import { InvalidInput, Refusal } from '../../domain/failures.ts';
import { emailNeeded } from '../../domain/wording/refusals.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { User } from '../entities/index.ts';

/** Throws a Refusal for a person without an email, because people sign in with it. */
export function refuseUnreachable({ email }: User): void {
  if (!email) throw new Refusal('needs-email', 'This person needs an email to sign in. Add one first.');
}

/**
 * Throws InvalidInput when a person with a role, a password or a valid link would lose their email. The caller
 * holds the lock of the person's row, as everything does that gives a role, a password or a link.
 */
export async function refuseWithoutEmail({ em, user }: Change): Promise<void> {
  if (user.role !== 'employee' || (await canSignIn(em, user.id))) {
    throw new InvalidInput({ email: emailNeeded });
  }
}

async function canSignIn(em: EntityManager, userId: number): Promise<boolean> {
  const { rows } = await sql`
    select from users u where u.id = ${userId} and (u.password_hash is not null or exists (
      select from one_time_links l where l.user_id = u.id and l.used_at is null and l.expires_at > now()))`.execute(
    sqlOf(em),
  );
  return rows.length > 0;
}
