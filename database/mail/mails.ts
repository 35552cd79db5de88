import { sql } from 'kysely';
import type { Role } from '../../domain/access/permissions.ts';
import {
  type MailKind,
  type MailOutcome,
  nextMailTryAfter,
  stateAfterMailTry,
} from '../../domain/mail/mails.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** A mail that is on its way, oldest first; those older than `ageMs`, from id `after` on. */
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

/** The mails on their way that an offboarding has caused. */
export async function pendingMailsOf(em: EntityManager, offboardingId: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select id from mails where offboarding_id = ${offboardingId} and state = 'pending' order by id`.execute(
    sqlOf(em),
  );
  return rows.map(({ id }) => id);
}

/** The try that comes next, counted from 1; null when the mail is closed. */
export async function nextMailTry(
  em: EntityManager,
  mailId: number,
): Promise<{ number: number; dueAt: Date } | null> {
  const { rows } = await sql<{ number: number; dueAt: Date }>`
    select attempts + 1 as number, next_try_at as "dueAt" from mails
    where id = ${mailId} and state = 'pending'`.execute(sqlOf(em));
  return rows[0] ?? null;
}

/** Who a mail goes to. */
export interface Receiver {
  id: number;
  name: string;
  email: string;
  role: Role;
  zone: string;
  /** Whether they can still sign in: nobody else is written to. */
  isActive: boolean;
}

/** A mail that is about to be sent; what it says is read besides. */
export interface WaitingMail {
  id: number;
  kind: MailKind;
  offboardingId: number | null;
  createdAt: Date;
  receiver: Receiver;
  /** The workspace's name. */
  workspace: string;
}

/** The mail that the try `number` sends; null when it is closed or that try was made. */
export async function waitingMail(
  em: EntityManager,
  mailId: number,
  number: number,
): Promise<WaitingMail | null> {
  const { rows } = await sql<WaitingMail>`
    select m.id, m.kind, m.offboarding_id as "offboardingId", m.created_at as "createdAt", w.name as workspace,
      jsonb_build_object('id', u.id, 'name', u.name, 'email', u.email, 'role', u.role,
        'zone', coalesce(u.time_zone, w.time_zone), 'isActive', u.status = 'active') as receiver
    from mails m join users u on u.id = m.user_id cross join workspace w
    where m.id = ${mailId} and m.state = 'pending' and m.attempts = ${number - 1}`.execute(sqlOf(em));
  return rows[0] ?? null;
}

/**
 * Records how a try ended, once, and what follows: another try, or the end of the mail. One that is given up is told
 * to the super-admins.
 */
export async function recordMailTry(
  em: EntityManager,
  mailId: number,
  { number, outcome }: { number: number; outcome: MailOutcome },
  now = new Date(),
): Promise<void> {
  const state = stateAfterMailTry(outcome, number);
  const nextTryAt = state === 'pending' ? nextMailTryAfter(number, now) : now;
  await sql`
    with tried as (
      update mails set attempts = ${number}, outcome = ${outcome}, state = ${state}, next_try_at = ${nextTryAt},
        closed_at = ${state === 'pending' ? null : now}
      where id = ${mailId} and state = 'pending' and attempts = ${number - 1} returning id, user_id, kind, state
    )
    ${tellGivenUp(outcome)}`.execute(sqlOf(em));
}

/** Closes a mail that cannot be tried at all, and tells the super-admins. A closed one stays as it is. */
export async function giveUpMail(em: EntityManager, mailId: number, now = new Date()): Promise<void> {
  await sql`
    with tried as (
      update mails set state = 'failed', closed_at = ${now} where id = ${mailId} and state = 'pending'
      returning id, user_id, kind, state
    )
    ${tellGivenUp(null)}`.execute(sqlOf(em));
}

/** A notification for each super-admin, in the console alone: the mail server may be what is broken. */
const tellGivenUp = (outcome: MailOutcome | null) => sql`
  insert into notifications (user_id, kind, about_user_id, details, mail_considered_at)
  select a.id, 'mail_failed', t.user_id,
    jsonb_build_object('mailId', t.id, 'mail', t.kind, 'outcome', ${outcome}::text), now()
  from tried t join users a on a.role = 'super-admin' and a.status = 'active'
  where t.state = 'failed' order by a.id`;

/** Closes a mail that has nothing left to say, or nobody to say it to. It does not count as its day's digest. */
export async function withholdMail(em: EntityManager, mailId: number, now = new Date()): Promise<void> {
  await sql`
    update mails set state = 'withheld', day = null, closed_at = ${now}
    where id = ${mailId} and state = 'pending'`.execute(sqlOf(em));
}

/** Where there is no mail server, nothing is kept for the day one is set. */
export async function withholdAll(em: EntityManager, now = new Date()): Promise<void> {
  const db = sqlOf(em);
  await sql`update mails set state = 'withheld', closed_at = ${now} where state = 'pending'`.execute(db);
  await sql`update notifications set mail_considered_at = ${now} where mail_considered_at is null`.execute(
    db,
  );
}
