import { sql } from 'kysely';
import type { CalendarDate } from '../../domain/dates.ts';
import { type QueueGroup, type QueueQuery, queueGroupNames } from '../../domain/offboarding/queue-groups.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { departments } from '../people/user-list.ts';
import { type Admin, activeAdmins } from './handling/active-admins.ts';
import { countOf, matches, membersOf, sources, widestLookAhead } from './queue-members.ts';

/** What stands above the queue. */
export interface QueueOverview {
  /** How many people each group has, with the filter. */
  groups: Record<QueueGroup, number>;
  /** How many people the whole queue has, with the filter. */
  queue: number;
  /** How many open offboardings no look-ahead shows, without the filter. */
  elsewhere: number;
  /** The departments to choose from, by name. */
  departments: string[];
  /** The admins who can own leavers, by name. */
  admins: Admin[];
  /** Whether no one has ever had an offboarding here. */
  isNew: boolean;
}

/** Reads all of it by one statement. The numbers are those of the lists, because both use `membersOf`. */
export async function queueOverview(
  em: EntityManager,
  query: QueueQuery,
  today: CalendarDate,
): Promise<QueueOverview> {
  const filter = matches(query);
  const count = (group: QueueGroup | null) => countOf(membersOf(group, query.lookAhead, today), filter);
  const groups = queueGroupNames.map((group) => sql`${group}::text, ${count(group)}`);
  const { rows } = await sql<QueueOverview>`
    with ${sources(query)}
    select
      jsonb_build_object(${sql.join(groups)}) as groups,
      ${count(null)} as queue,
      ${countOf(membersOf('outside', widestLookAhead, today), null)} as elsewhere,
      array(${departments}) as departments,
      ${activeAdmins()} as admins,
      not exists (select from offboardings) as "isNew"`.execute(sqlOf(em));
  return rows[0]!;
}
