import { sql } from 'kysely';
import { type CalendarDate, todayIn } from '../../domain/dates.ts';
import { digestIsDue, hourIn } from '../../domain/mail/digests.ts';
import type { MailKind } from '../../domain/mail/mails.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { workspaceOf } from '../core/workspace.ts';

/** The kind of mail that carries a notification `n`; null for those that have a mail of their own or get none. */
const digestKind = sql<MailKind | null>`
  case when n.kind in ('offboarding_reminder', 'offboarding_ready') then 'reminders'
    when n.kind = 'import_ended' then 'imports'
    when n.kind in ('offboarding_completed', 'mail_failed') then null else 'problems' end`;

/**
 * Puts notifications that no mail was considered for into digests: at most one mail of a kind for each receiver and
 * day of theirs, with everything that has come since the last. What nobody wants by mail is marked as considered.
 * Returns the new mails. `quietMs`: how long nothing more must have come, so that a storm is one mail.
 */
export async function createDueDigests(
  em: EntityManager,
  quietMs: number,
  now = new Date(),
): Promise<number[]> {
  await passOverUnwanted(em, now);
  const { digestHour, timeZone } = await workspaceOf(em);
  const due = (await piles(em)).flatMap(({ zone, lastDigestOn, oldest, newest, userId, kind }) => {
    const day = todayIn(zone ?? timeZone, now);
    const isDue =
      digestIsDue({ oldest, newest }, quietMs, now) &&
      hourIn(zone ?? timeZone, now) >= digestHour &&
      (lastDigestOn === null || lastDigestOn < day);
    return isDue ? [{ userId, kind, day }] : [];
  });
  return due.length === 0 ? [] : makeDigests(em, due, now);
}

/** Notifications of one kind of mail that wait for their receiver's next digest. */
interface Pile {
  userId: number;
  kind: MailKind;
  zone: string | null;
  oldest: Date;
  newest: Date;
  lastDigestOn: CalendarDate | null;
}

async function piles(em: EntityManager): Promise<Pile[]> {
  const { rows } = await sql<Pile>`
    select p.*, u.time_zone as zone,
      (select max(day) from mails m where m.user_id = p."userId" and m.kind = p.kind) as "lastDigestOn"
    from (
      select n.user_id as "userId", ${digestKind} as kind, min(n.created_at) as oldest, max(n.created_at) as newest
      from notifications n where n.mail_considered_at is null group by 1, 2
    ) p join users u on u.id = p."userId"
    where p.kind is not null`.execute(sqlOf(em));
  return rows;
}

async function passOverUnwanted(em: EntityManager, now: Date) {
  await sql`
    update notifications n set mail_considered_at = ${now} from users u
    where n.mail_considered_at is null and u.id = n.user_id
      and (u.status <> 'active' or ${digestKind} is null or ${digestKind} = any(u.no_mail_about))`.execute(
    sqlOf(em),
  );
}

interface DueDigest {
  userId: number;
  kind: MailKind;
  day: CalendarDate;
}

async function makeDigests(em: EntityManager, due: readonly DueDigest[], now: Date): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    with made as (
      insert into mails (user_id, kind, day, next_try_at)
      select d.*, ${now}::timestamptz from unnest(
        ${due.map(({ userId }) => userId)}::int[],
        ${due.map(({ kind }) => kind)}::text[],
        ${due.map(({ day }) => day)}::date[]) d
      on conflict (user_id, kind, day) do nothing returning id, user_id, kind
    ), carried as (
      update notifications n set mail_considered_at = ${now}, mail_id = made.id from made
      where n.mail_considered_at is null and n.user_id = made.user_id and ${digestKind} = made.kind
    )
    select id from made order by id`.execute(sqlOf(em));
  return rows.map(({ id }) => id);
}
