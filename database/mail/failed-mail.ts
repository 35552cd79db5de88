import { sql } from 'kysely';
import type { MailOutcome } from '../../domain/mail/mails.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** The last mail to somebody, when it was given up. */
export interface FailedMail {
  mailId: number;
  at: Date;
  outcome: MailOutcome | null;
}

/** Whether the last mail to a person was given up; null when it arrived, or there was none. */
export async function failedMailsOf(em: EntityManager, userId: number): Promise<FailedMail | null> {
  const { rows } = await sql<FailedMail & { state: string }>`
    select id as "mailId", closed_at as at, outcome, state from mails
    where user_id = ${userId} and state in ('sent', 'failed') order by closed_at desc, id desc limit 1`.execute(
    sqlOf(em),
  );
  const last = rows[0];
  return last?.state === 'failed' ? last : null;
}
