import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { NotFound } from '../../domain/failures.ts';
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
 * Throws NotFound.
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
      where id = ${mailId} and state = 'failed' returning user_id as "userId", kind`.execute(
      sqlOf(transaction),
    );
    const [again] = rows;
    if (again === undefined) return { userId: await receiverOf(transaction, mailId), isPendingAgain: false };
    record(transaction, actor, 'mail.replayed', again.userId, { mailId, mail: again.kind });
    return { userId: again.userId, isPendingAgain: true };
  });

async function receiverOf(em: EntityManager, mailId: number): Promise<number> {
  const { rows } = await sql<{ userId: number }>`
    select user_id as "userId" from mails where id = ${mailId}`.execute(sqlOf(em));
  if (rows[0] === undefined) throw new NotFound('mail');
  return rows[0].userId;
}
