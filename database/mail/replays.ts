import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { NotFound, Refusal } from '../../domain/failures.ts';
import type { MailKind } from '../../domain/mail/mails.ts';
import { record } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** The result of replaying a mail. */
export interface MailReplay {
  /** The receiver. */
  userId: number;
  /** False when the mail had not failed: it was sent, or was already replayed. */
  isPendingAgain: boolean;
}

/**
 * Makes a failed mail pending again, with all its attempts, present contents and the same Message-ID. Idempotent.
 * Throws NotFound, and a Refusal for a receiver without an email.
 */
export const replayMail = (
  em: EntityManager,
  actor: Actor,
  mailId: number,
  now = new Date(),
): Promise<MailReplay> =>
  em.fork().transactional(async (transaction) => {
    const { rows } = await sql<{ userId: number; kind: MailKind }>`
      update mails set state = 'pending', attempts = 0, outcome = null, closed_at = null, next_try_at = ${now}
      where id = ${mailId} and state = 'failed'
        and exists (select from users u where u.id = user_id and u.email is not null)
      returning user_id as "userId", kind`.execute(sqlOf(transaction));
    const [again] = rows;
    if (again === undefined) return { userId: await receiverOf(transaction, mailId), isPendingAgain: false };
    record(transaction, actor, 'mail.replayed', again.userId, { mailId, mail: again.kind });
    return { userId: again.userId, isPendingAgain: true };
  });

async function receiverOf(em: EntityManager, mailId: number): Promise<number> {
  const { rows } = await sql<{ userId: number; hasEmail: boolean }>`
    select u.id as "userId", u.email is not null as "hasEmail"
    from mails m join users u on u.id = m.user_id where m.id = ${mailId}`.execute(sqlOf(em));
  if (rows[0] === undefined) throw new NotFound('email');
  if (!rows[0].hasEmail) throw new Refusal('needs-email', 'This person has no email. Add one first.');
  return rows[0].userId;
}
