import { type RawBuilder, sql } from 'kysely';
import type { MailKind, MailOutcome, MailState } from '../../domain/mail/mails.ts';

/** A mail about an offboarding. */
export interface MailAbout {
  id: number;
  receiverId: number;
  receiver: string;
  kind: MailKind;
  state: MailState;
  outcome: MailOutcome | null;
  attempts: number;
  nextTryAt: string;
  closedAt: string | null;
}

/**
 * The mails about an offboarding as JSON, oldest first. `records` is a FROM clause of the person's records: the `id` of
 * each, and the time `since` when notifications about it count. `wanted` is a condition on mail `m`.
 */
export const mailsAbout = (
  offboardingId: RawBuilder<unknown>,
  records: RawBuilder<unknown>,
  wanted: RawBuilder<unknown> = sql`true`,
) => sql<MailAbout[]>`(
  select coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'receiverId', u.id, 'receiver', u.name, 'kind', m.kind,
    'state', m.state, 'outcome', m.outcome, 'attempts', m.attempts, 'nextTryAt', m.next_try_at,
    'closedAt', m.closed_at) order by m.id), '[]')
  from (
    select id from mails where offboarding_id = ${offboardingId}
    union select n.mail_id from ${records} w
      join notifications n on n.about_user_id = w.id and n.created_at >= w.since where n.mail_id is not null
  ) about join mails m on m.id = about.id join users u on u.id = m.user_id
  where ${wanted})`;
