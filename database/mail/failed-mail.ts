import { sql } from 'kysely';
import type { MailOutcome } from '../../domain/mail/mails.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** The last mail to a user, when it failed for good. */
export interface FailedMail {
  mailId: number;
  at: Date;
  outcome: MailOutcome | null;
}

/** The last mail to a user if it failed for good; null when it was sent or there was none. */
export async function lastFailedMailOf(em: EntityManager, userId: number): Promise<FailedMail | null> {
  const { rows } = await sql<FailedMail & { state: string }>`
    select id as "mailId", closed_at as at, outcome, state from mails
    where user_id = ${userId} and state in ('sent', 'failed') order by closed_at desc, id desc limit 1`.execute(
    sqlOf(em),
  );
  const last = rows[0];
  return last?.state === 'failed' ? last : null;
}
