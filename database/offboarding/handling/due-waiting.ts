import { type RawBuilder, sql } from 'kysely';
import { type WaitingKind, waitingKinds } from '../../../domain/offboarding/waiting.ts';
import { hasAccess, userHasAccess } from '../../access/has-access.ts';
import type { EntityManager } from '../../core/orm.ts';
import { sqlOf } from '../../core/tables.ts';
import { inTransaction } from '../../core/transaction.ts';
import { itAdmins } from '../it-admins.ts';
import { waitingItems } from './waiting.ts';

/** The due items of each kind in the statement. */
const cteOf: Record<WaitingKind, RawBuilder<unknown>> = {
  hardware: sql`due_hardware`,
  software: sql`due_software`,
  request: sql`due_requests`,
};

/** How many items of a kind one run takes. The next run continues. */
const batchSize = 500;

/**
 * Notifies the owners of leavers whose items waited until today, by one statement. Without an active owner it notifies the
 * IT admins. The item remembers the day, so that each day reminds once, whatever crashes and however many workers run.
 * The day begins in the workspace's time zone. Items of people who are being changed are left to the next run, because
 * every change locks the person first.
 */
export const remindOfWaiting = (em: EntityManager, now = new Date()): Promise<void> =>
  inTransaction(em, async (transaction) => {
    await sql`
      with ${sql.join(waitingKinds.map((kind) => sql`${cteOf[kind]} as (${takeDue(kind, now)})`))},
      due as (${sql.join(
        waitingKinds.map((kind) => sql`select * from ${cteOf[kind]}`),
        sql` union all `,
      )})
      insert into notifications (user_id, kind, about_user_id, details)
      select receiver.id, 'waiting_over', due.user_id, due.details
      from due
      join offboardings o on o.user_id = due.user_id and o.state = 'open'
      left join users owner on owner.id = o.owner_id and ${userHasAccess('owner')} and owner.role <> 'employee'
      cross join lateral (
        select id from users
        where ${hasAccess} and id <> due.user_id
          and case when owner.id is null then ${itAdmins(sql`due.user_id`)} else id = owner.id end
      ) receiver
      order by due.user_id, due.details->>'until', receiver.id`.execute(sqlOf(transaction));
  });

/** A request is named by its kind only, because its text is about a person. */
const takeDue = (kind: WaitingKind, now: Date) => {
  const { table, join, name } = waitingItems[kind];
  const shown = kind === 'request' ? sql`'{}'::jsonb` : name;
  return sql`
    update ${table} x set waiting_reminded = x.waiting_until
    ${join === null ? sql`` : sql`from ${join.table}`}
    where x.id in (
      select i.id from ${table} i join users u on u.id = i.user_id
      where i.live and i.waiting_reminded is distinct from i.waiting_until
        and i.waiting_until <= (select (${now}::timestamptz at time zone time_zone)::date from workspace)
      order by i.waiting_until, i.id limit ${batchSize} for no key update of u, i skip locked
    ) ${join === null ? sql`` : sql`and ${join.on}`}
    returning x.user_id, ${shown} || jsonb_build_object('until', x.waiting_until) as details`;
};
