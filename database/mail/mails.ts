import { sql } from 'kysely';
import type { Role } from '../../domain/access/permissions.ts';
import {
  type MailKind,
  type MailOutcome,
  nextMailTryAfter,
  stateAfterMailTry,
} from '../../domain/mail/mails.ts';
import { userHasAccess } from '../access/has-access.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** The ids of pending mails older than `ageMs` milliseconds with an id above `after`, oldest first. */
export async function pendingMails(
  em: EntityManager,
  { after, ageMs, limit }: { after: number; ageMs: number; limit: number },
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from mails
    where state = 'pending' and id > ${after} and created_at < now() - ${ageMs} * interval '1 millisecond'
    order by id limit ${limit}`.execute(sqlOf(em));
  return rows.map(({ id }) => id);
}

/** The ids of an offboarding's pending mails. */
export async function pendingMailsOf(em: EntityManager, offboardingId: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from mails where offboarding_id = ${offboardingId} and state = 'pending' order by id`.execute(
    sqlOf(em),
  );
  return rows.map(({ id }) => id);
}

/** The next attempt, counted from 1; null when the mail is closed. */
export async function nextMailTry(
  em: EntityManager,
  mailId: number,
): Promise<{ number: number; dueAt: Date } | null> {
  const { rows } = await sql<{ number: number; dueAt: Date }>`
    select attempts + 1 as number, next_try_at as "dueAt" from mails
    where id = ${mailId} and state = 'pending'`.execute(sqlOf(em));
  return rows[0] ?? null;
}

export interface Receiver {
  id: number;
  name: string;
  email: string;
  role: Role;
  zone: string;
}

/** A mail that is about to be sent, without its contents. */
export interface WaitingMail {
  id: number;
  kind: MailKind;
  offboardingId: number | null;
  createdAt: Date;
  /** Null for a person who may not sign in any more, or has no email any more: they get no mail. */
  receiver: Receiver | null;
  /** The workspace's name. */
  workspace: string;
}

/** The mail that attempt `number` sends; null when the mail is closed or that attempt was made. */
export async function waitingMail(
  em: EntityManager,
  mailId: number,
  number: number,
): Promise<WaitingMail | null> {
  const { rows } = await sql<WaitingMail>`
    select m.id, m.kind, m.offboarding_id as "offboardingId", m.created_at as "createdAt", w.name as workspace,
      case when ${userHasAccess('u')} and u.email is not null then
        jsonb_build_object('id', u.id, 'name', u.name, 'email', u.email, 'role', u.role,
          'zone', coalesce(u.time_zone, w.time_zone)) end as receiver
    from mails m join users u on u.id = m.user_id cross join workspace w
    where m.id = ${mailId} and m.state = 'pending' and m.attempts = ${number - 1}`.execute(sqlOf(em));
  return rows[0] ?? null;
}

/**
 * Records an attempt once, and schedules the next one or closes the mail. Notifies the super-admins after the last
 * failed attempt.
 */
export async function recordMailAttempt(
  em: EntityManager,
  mailId: number,
  { number, outcome }: { number: number; outcome: MailOutcome },
  now = new Date(),
): Promise<void> {
  const state = stateAfterMailTry(outcome, number);
  const nextTryAt = state === 'pending' ? nextMailTryAfter(number, now) : now;
  await sql`
    with attempted as (
      update mails set attempts = ${number}, outcome = ${outcome}, state = ${state}, next_try_at = ${nextTryAt},
        closed_at = ${state === 'pending' ? null : now}
      where id = ${mailId} and state = 'pending' and attempts = ${number - 1} returning id, user_id, kind, state
    )
    ${notifyGivenUp(outcome)}`.execute(sqlOf(em));
}

/** Closes a pending mail as failed without an attempt, and notifies the super-admins. */
export async function giveUpMail(em: EntityManager, mailId: number, now = new Date()): Promise<void> {
  await sql`
    with attempted as (
      update mails set state = 'failed', closed_at = ${now} where id = ${mailId} and state = 'pending'
      returning id, user_id, kind, state
    )
    ${notifyGivenUp(null)}`.execute(sqlOf(em));
}

/** Notifies each super-admin in the console only, because the mail server may be broken. */
const notifyGivenUp = (outcome: MailOutcome | null) => sql`
  insert into notifications (user_id, kind, about_user_id, details, mail_considered_at)
  select a.id, 'mail_failed', t.user_id,
    jsonb_build_object('mailId', t.id, 'mail', t.kind, 'outcome', ${outcome}::text), now()
  from attempted t join users a on a.role = 'super-admin' and ${userHasAccess('a')}
  where t.state = 'failed' order by a.id`;

/** Closes a mail that has no contents or no receiver any more. It does not count as its day's digest. */
export async function withholdMail(em: EntityManager, mailId: number, now = new Date()): Promise<void> {
  await sql`
    update mails set state = 'withheld', day = null, closed_at = ${now}
    where id = ${mailId} and state = 'pending'`.execute(sqlOf(em));
}

/** Closes all pending mails and notifications. For use without a mail server, so that none is sent once one is set. */
export async function withholdAll(em: EntityManager, now = new Date()): Promise<void> {
  const db = sqlOf(em);
  await sql`update mails set state = 'withheld', closed_at = ${now} where state = 'pending'`.execute(db);
  await sql`update notifications set mail_considered_at = ${now} where mail_considered_at is null`.execute(
    db,
  );
}
