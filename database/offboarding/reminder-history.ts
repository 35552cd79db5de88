import { sql } from 'kysely';
import type { CalendarDate } from '../../domain/dates.ts';
import type { ReminderKind, SkipReason } from '../../domain/offboarding/reminders.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { OffboardingState } from '../entities/offboarding.ts';
import { type MailAbout, mailsAbout } from './mails-about.ts';
import { type Step, step } from './recorded/steps.ts';

/** A stored reminder, as the offboarding's page shows it. */
export interface ShownReminder {
  kind: ReminderKind;
  days: number;
  lastDay: CalendarDate;
  dueAt: string;
  firedAt: string | null;
  skippedAt: string | null;
  skipReason: SkipReason | null;
}

/** The reminders of a person's latest offboarding, and its mails that did not arrive. */
export interface ReminderHistory {
  state: OffboardingState;
  /** When the IT admins were notified that nothing is open. */
  readyToldAt: string | null;
  /** The day the person was marked offboarded without an end date. It is their last day then. */
  deactivatedOn: CalendarDate | null;
  /** Soonest first. */
  reminders: ShownReminder[];
  /** Those that a person sent, see `remind-overdue.ts`; latest first. */
  byHand: Step[];
  mails: MailAbout[];
}

/** Reads the history by one statement; null for a person without an offboarding. */
export async function reminderHistoryOf(em: EntityManager, userId: number): Promise<ReminderHistory | null> {
  const { rows } = await sql<ReminderHistory>`
    select o.state, o.ready_told_at as "readyToldAt", o.deactivated_on as "deactivatedOn",
      (select coalesce(jsonb_agg(jsonb_build_object('kind', r.kind, 'days', r.days, 'lastDay', r.last_day,
        'dueAt', r.due_at, 'firedAt', r.fired_at, 'skippedAt', r.skipped_at, 'skipReason', r.skip_reason)
        order by r.due_at, r.id), '[]') from reminders r where r.offboarding_id = o.id) as reminders,
      (select coalesce(jsonb_agg(${step(sql`h.sent_at`, sql`h.sent_by`)} order by h.day desc), '[]')
        from reminders_by_hand h where h.offboarding_id = o.id) as "byHand",
      ${mailsAbout(sql`o.id`, sql`(select o.user_id as id, o.opened_at as since)`, didNotArrive)} as mails
    from offboardings o where o.user_id = ${userId} order by o.id desc limit 1`.execute(sqlOf(em));
  return rows[0] ?? null;
}

const didNotArrive = sql`(m.state = 'failed' or (m.state = 'pending' and m.attempts > 0))`;
