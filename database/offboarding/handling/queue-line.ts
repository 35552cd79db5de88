import { sql } from 'kysely';
import type { CalendarDate } from '../../../domain/dates.ts';

/** What the queue shows about the handling of a leaver. */
export interface QueueLine {
  owner: string | null;
  notes: number;
  /** How many open items wait for something. */
  waiting: number;
  /** The first day until which one waits. */
  waitingUntil: CalendarDate | null;
}

/** The columns of a QueueLine about user `p`. */
export const queueLine = sql`
  (select w.name from offboardings o join users w on w.id = o.owner_id where o.user_id = p.id and o.state = 'open') as owner,
  (select count(*) from leaver_notes n where n.user_id = p.id) as notes,
  line.waiting, line."waitingUntil"`;

/** The join that `queueLine` reads. */
export const waitingOfRow = sql`
  cross join lateral (
    select count(*) as waiting, min(x.waiting_until) as "waitingUntil" from (
      select waiting_until from assignments where user_id = p.id and live
      union all select waiting_until from seats where user_id = p.id and live
      union all select waiting_until from requests where user_id = p.id and live
    ) x where x.waiting_until is not null
  ) line`;
