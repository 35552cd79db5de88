import { sql } from 'kysely';
import type { CalendarDate } from '../../../domain/dates.ts';
import { type Admin, activeAdmins } from './active-admins.ts';

/** A note about a leaver, with its author's name. */
interface NoteRow {
  id: number;
  text: string;
  authorId: number;
  author: string;
  createdAt: string;
}

/** What an item waits for; both are null when it waits for nothing. */
export interface ItemWaiting {
  waitingFor: string | null;
  waitingUntil: CalendarDate | null;
}

/** Who handles a leaver, and what admins noted. */
export interface Handling {
  /** The owner of the latest offboarding. */
  owner: Admin | null;
  /** Newest first. */
  notes: NoteRow[];
  /** Who can be the owner, by name. */
  admins: Admin[];
}

/** More would not be read. */
const shownNotes = 200;

/** The Handling of user `u` as JSON, a column of the checklist's statement. */
export const handling = sql<Handling>`(
  select jsonb_build_object(
    'owner', (
      select case when w.id is not null then jsonb_build_object('id', w.id, 'name', w.name) end
      from offboardings o left join users w on w.id = o.owner_id
      where o.user_id = u.id order by o.id desc limit 1),
    'notes', (
      select coalesce(jsonb_agg(jsonb_build_object('id', n.id, 'text', n.text, 'authorId', n.author_id,
        'author', w.name, 'createdAt', n.created_at) order by n.id desc), '[]')
      from (select * from leaver_notes where user_id = u.id order by id desc limit ${shownNotes}) n
      join users w on w.id = n.author_id),
    'admins', ${activeAdmins(sql`u.id`)}))`;

/** The waiting of item `x`, as arguments of `jsonb_build_object`. */
export const itemWaiting = sql`'waitingFor', x.waiting_for, 'waitingUntil', x.waiting_until`;
