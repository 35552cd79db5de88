import { type RawBuilder, sql } from 'kysely';
import type { Actor } from '../../../domain/actor.ts';
import { type CalendarDate, todayIn } from '../../../domain/dates.ts';
import { InvalidInput, Refusal } from '../../../domain/failures.ts';
import type { WaitingKind } from '../../../domain/offboarding/waiting.ts';
import { changeAbout } from '../../core/change.ts';
import type { EntityManager } from '../../core/orm.ts';
import { sqlOf } from '../../core/tables.ts';
import { workspaceOf } from '../../core/workspace.ts';
import { notLeaving } from './not-leaving.ts';

/** An open item of a leaver: an assignment, a seat or a request. */
export interface WaitingItem {
  kind: WaitingKind;
  id: number;
}

/** What an item waits for, and until which day. */
export interface Waiting {
  waitingFor: string;
  until: CalendarDate;
}

/** The name of an item on the screen, as it is recorded in the trail. */
type ItemName = { tag: string } | { license: string } | { item: string };

interface Waited {
  name: ItemName;
  forBefore: string | null;
  untilBefore: CalendarDate | null;
}

/**
 * Says what an open item waits for until which day, or that it waits no more (null). Returns the item's name. Equal values
 * change nothing. The trail names the day and not the text. Throws InvalidInput for a day that is over in the workspace,
 * and a Refusal for an item that is closed or a person who is not leaving.
 */
export const setWaiting = (
  em: EntityManager,
  actor: Actor,
  userId: number,
  item: WaitingItem,
  waiting: Waiting | null,
  now = new Date(),
): Promise<string> =>
  changeAbout(em, userId, actor, async (change) => {
    if (change.offboarding === null) throw notLeaving();
    const { timeZone } = await workspaceOf(change.em);
    if (waiting !== null && waiting.until < todayIn(timeZone, now)) {
      throw new InvalidInput({ until: 'Choose today or a later day.' });
    }
    const { rows } = await update(item, userId, waiting).execute(sqlOf(change.em));
    if (rows[0] === undefined) {
      throw new Refusal('item-closed', 'This item is already closed.');
    }
    const { name, forBefore, untilBefore } = rows[0];
    if (waiting !== null && (forBefore !== waiting.waitingFor || untilBefore !== waiting.until))
      change.record('item.waiting_set', { ...name, until: waiting.until });
    if (waiting === null && untilBefore !== null) change.record('item.waiting_ended', { ...name });
    return Object.values(name)[0]!;
  });

const update = ({ kind, id }: WaitingItem, userId: number, waiting: Waiting | null) => {
  const { table, join, name } = waitingItems[kind];
  return sql<Waited>`
    update ${table} x set waiting_for = ${waiting?.waitingFor ?? null}, waiting_until = ${waiting?.until ?? null}
    ${join === null ? sql`` : sql`from ${join.table}`}
    where x.id = ${id} and x.user_id = ${userId} and x.live ${join === null ? sql`` : sql`and ${join.on}`}
    returning ${name} as name, old.waiting_for as "forBefore", old.waiting_until as "untilBefore"`;
};

interface ItemTable {
  table: RawBuilder<unknown>;
  join: { table: RawBuilder<unknown>; on: RawBuilder<unknown> } | null;
  /** The name as JSON. */
  name: RawBuilder<unknown>;
}

/** Where the items of each kind are. The item is `x`. */
export const waitingItems: Record<WaitingKind, ItemTable> = {
  hardware: {
    table: sql`assignments`,
    join: { table: sql`assets a`, on: sql`a.id = x.asset_id` },
    name: sql`jsonb_build_object('tag', a.tag)`,
  },
  software: {
    table: sql`seats`,
    join: { table: sql`licenses l`, on: sql`l.id = x.license_id` },
    name: sql`jsonb_build_object('license', l.name)`,
  },
  request: { table: sql`requests`, join: null, name: sql`jsonb_build_object('item', x.item)` },
};
