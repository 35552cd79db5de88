import { sql } from 'kysely';
import { type CalendarDate, todayIn } from '../../domain/dates.ts';
import { digestIsDue, hourIn } from '../../domain/mail/digests.ts';
import type { MailKind } from '../../domain/mail/mails.ts';
import { userHasAccess } from '../access/has-access.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { workspaceOf } from '../core/workspace.ts';

/** The kind of digest that contains a notification `n`; null for kinds that get their own mail or none. */
const digestKind = sql<MailKind | null>`
  case when n.kind in ('offboarding_reminder', 'offboarding_ready', 'waiting_over', 'owner_removed') then 'reminders'
    when n.kind = 'import_ended' then 'imports'
    when n.kind in ('offboarding_completed', 'mail_failed', 'second_factor_changed') then null else 'problems' end`;

/**
 * Puts new notifications into digests: at most one mail per receiver, kind and day in their zone. Marks notifications
 * as considered that their receiver does not want by mail, or cannot get. A digest is due after `quietMs` milliseconds without a new notification, so that a
 * burst is one mail. A mail about a person's own sign-in waits for nothing and is no choice. Returns the ids of the new mails.
 */
export async function createDueDigests(
  em: EntityManager,
  quietMs: number,
  now = new Date(),
): Promise<number[]> {
  const aboutSignIn = await createSecurityMails(em, now);
  await markUnwanted(em, now);
  const { digestHour, timeZone } = await workspaceOf(em);
  const due = (await pendingDigests(em)).flatMap(({ zone, lastDigestOn, oldest, newest, userId, kind }) => {
    const day = todayIn(zone ?? timeZone, now);
    const isDue =
      digestIsDue({ oldest, newest }, quietMs, now) &&
      hourIn(zone ?? timeZone, now) >= digestHour &&
      (lastDigestOn === null || lastDigestOn < day);
    return isDue ? [{ userId, kind, day }] : [];
  });
  return due.length === 0 ? aboutSignIn : [...aboutSignIn, ...(await insertDigests(em, due, now))];
}

/** Makes a mail for each person whose second factors were changed. */
async function createSecurityMails(em: EntityManager, now: Date): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    with waiting as (
      select n.id, n.user_id from notifications n join users u on u.id = n.user_id
      where n.mail_considered_at is null and n.kind = 'second_factor_changed' and u.email is not null
        and ${userHasAccess('u')}
    ), created as (
      insert into mails (user_id, kind, next_try_at)
      select distinct user_id, 'security', ${now}::timestamptz from waiting returning id, user_id
    ), carried as (
      update notifications n set mail_considered_at = ${now}, mail_id = created.id
      from waiting join created on created.user_id = waiting.user_id where n.id = waiting.id
    )
    select id from created order by id`.execute(sqlOf(em));
  return rows.map(({ id }) => id);
}

/** The notifications of one receiver and kind that wait for the next digest. */
interface PendingDigest {
  userId: number;
  kind: MailKind;
  zone: string | null;
  oldest: Date;
  newest: Date;
  lastDigestOn: CalendarDate | null;
}

async function pendingDigests(em: EntityManager): Promise<PendingDigest[]> {
  const { rows } = await sql<PendingDigest>`
    select p.*, u.time_zone as zone,
      (select max(day) from mails m where m.user_id = p."userId" and m.kind = p.kind) as "lastDigestOn"
    from (
      select n.user_id as "userId", ${digestKind} as kind, min(n.created_at) as oldest, max(n.created_at) as newest
      from notifications n where n.mail_considered_at is null group by 1, 2
    ) p join users u on u.id = p."userId"
    where p.kind is not null`.execute(sqlOf(em));
  return rows;
}

async function markUnwanted(em: EntityManager, now: Date) {
  await sql`
    update notifications n set mail_considered_at = ${now} from users u
    where n.mail_considered_at is null and u.id = n.user_id
      and (not ${userHasAccess('u')} or u.email is null or ${digestKind} is null or ${digestKind} = any(u.no_mail_about))`.execute(
    sqlOf(em),
  );
}

interface DueDigest {
  userId: number;
  kind: MailKind;
  day: CalendarDate;
}

async function insertDigests(em: EntityManager, due: readonly DueDigest[], now: Date): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    with created as (
      insert into mails (user_id, kind, day, next_try_at)
      select d.*, ${now}::timestamptz from unnest(
        ${due.map(({ userId }) => userId)}::int[],
        ${due.map(({ kind }) => kind)}::text[],
        ${due.map(({ day }) => day)}::date[]) d
      on conflict (user_id, kind, day) do nothing returning id, user_id, kind
    ), carried as (
      update notifications n set mail_considered_at = ${now}, mail_id = created.id from created
      where n.mail_considered_at is null and n.user_id = created.user_id and ${digestKind} = created.kind
    )
    select id from created order by id`.execute(sqlOf(em));
  return rows.map(({ id }) => id);
}
