import { sql } from 'kysely';
import type { CalendarDate } from '../../domain/dates.ts';
import type { MailKind, MailOutcome, MailState } from '../../domain/mail/mails.ts';
import type { ReminderKind, SkipReason } from '../../domain/offboarding/reminders.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { OffboardingState } from '../entities/offboarding.ts';

/** A stored moment of an offboarding, as its page shows it. */
export interface ShownMoment {
  kind: ReminderKind;
  days: number;
  lastDay: CalendarDate;
  dueAt: string;
  firedAt: string | null;
  skippedAt: string | null;
  skipReason: SkipReason | null;
}

/** A mail about an offboarding that has not arrived, or has not yet. */
export interface ShownMail {
  id: number;
  receiverId: number;
  receiver: string;
  kind: MailKind;
  state: MailState;
  outcome: MailOutcome | null;
  attempts: number;
  nextTryAt: string;
}

/** Everything about the reminders of a person's latest offboarding. */
export interface ReminderHistory {
  state: OffboardingState;
  /** When the IT admins were told that nothing is open any more. */
  readyToldAt: string | null;
  /** The day they were marked offboarded without an end date, which counts as their last one. */
  deactivatedOn: CalendarDate | null;
  /** Soonest first. */
  moments: ShownMoment[];
  /** Mails about the offboarding that were given up or are being tried again. */
  mails: ShownMail[];
}

/** The reminders of a person's latest offboarding, by one statement; null when they have none. */
export async function reminderHistoryOf(em: EntityManager, userId: number): Promise<ReminderHistory | null> {
  const { rows } = await sql<ReminderHistory>`
    select o.state, o.ready_told_at as "readyToldAt", o.deactivated_on as "deactivatedOn",
      (select coalesce(jsonb_agg(jsonb_build_object('kind', r.kind, 'days', r.days, 'lastDay', r.last_day,
        'dueAt', r.due_at, 'firedAt', r.fired_at, 'skippedAt', r.skipped_at, 'skipReason', r.skip_reason)
        order by r.due_at, r.id), '[]') from reminders r where r.offboarding_id = o.id) as moments,
      (select coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'receiverId', u.id, 'receiver', u.name,
        'kind', m.kind, 'state', m.state, 'outcome', m.outcome, 'attempts', m.attempts, 'nextTryAt', m.next_try_at)
        order by m.id), '[]')
        from (
          select id from mails where offboarding_id = o.id
          union select n.mail_id from notifications n
            where n.about_user_id = o.user_id and n.mail_id is not null and n.created_at >= o.opened_at
        ) about join mails m on m.id = about.id join users u on u.id = m.user_id
        where m.state = 'failed' or (m.state = 'pending' and m.attempts > 0)) as mails
    from offboardings o where o.user_id = ${userId} order by o.id desc limit 1`.execute(sqlOf(em));
  return rows[0] ?? null;
}
