import { type RawBuilder, sql } from 'kysely';
import { erasedName } from '../../domain/erasure.ts';
import { factorDeletions } from '../access/second-factors/factors.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { eraseEndedLines } from './erased-lines.ts';

/** A person with the patterns of their texts; a pattern is null when there is nothing to find. */
export interface PersonToErase {
  id: number;
  /** Finds their names, addresses and titles, in texts about them. */
  own: string | null;
  /** Finds the names and addresses that no other person has, in texts about others. */
  identifying: string | null;
}

/** Erases a person from every table except `users` and the audit trail, in the transaction of `em`. */
export async function eraseCopies(em: EntityManager, person: PersonToErase): Promise<void> {
  const db = sqlOf(em);
  for (const statement of [
    eraseNotes(person, sql`assignments`),
    eraseNotes(person, sql`recovery_corrections`),
    erasePreviousLocations(person),
    eraseRequests(person),
    deleteNotes(person),
    eraseNamesInNotes(person),
    eraseWaiting(person, sql`assignments`),
    eraseWaiting(person, sql`seats`),
    eraseWaiting(person, sql`requests`),
    eraseFromAssets(person),
    eraseFromEndpoints(person),
    eraseAttempts(person),
    eraseEvents(person),
    eraseNotifications(person),
    eraseAnswers(person),
    eraseBulkReasons(person),
    sql`with ${factorDeletions(person.id)} select`,
  ])
    await statement.execute(db);
  await eraseEndedLines(em, person);
}

/** A text in place of another: the person's whole, and in others only what identifies the person. */
const erased = (column: RawBuilder<unknown>, isOwn: RawBuilder<unknown>, person: PersonToErase) => sql`
  case when ${isOwn} then case when ${column} <> '' then ${erasedName(person.id)} else ${column} end
    else erased_text(${column}, ${person.identifying}, ${person.id}) end`;

const eraseNotes = (person: PersonToErase, table: RawBuilder<unknown>) => sql`
  update ${table} set note = ${erased(sql`note`, sql`user_id = ${person.id}`, person)}
  where note is not null and (user_id = ${person.id} or is_named(note, ${person.identifying}))`;

/** The item stays, except where it names the person, because requests are counted by it. */
const eraseRequests = (person: PersonToErase) => {
  const isOwn = sql`user_id = ${person.id}`;
  const pattern = sql`case when ${isOwn} then ${person.own}::text else ${person.identifying}::text end`;
  return sql`
    update requests set reason = ${erased(sql`reason`, isOwn, person)}, note = ${erased(sql`note`, isOwn, person)},
      item = erased_text(item, ${pattern}, ${person.id})
    where ${isOwn} or is_named(concat_ws(' ', item, reason, note), ${person.identifying})`;
};

/** Notes about the person go as a whole, with their number and times. */
const deleteNotes = ({ id }: PersonToErase) => sql`delete from leaver_notes where user_id = ${id}`;

const eraseNamesInNotes = ({ id, identifying }: PersonToErase) => sql`
  update leaver_notes set text = erased_text(text, ${identifying}, ${id}) where is_named(text, ${identifying})`;

const eraseWaiting = (person: PersonToErase, table: RawBuilder<unknown>) => sql`
  update ${table} set waiting_for = ${erased(sql`waiting_for`, sql`user_id = ${person.id}`, person)}
  where waiting_for is not null and (user_id = ${person.id} or is_named(waiting_for, ${person.identifying}))`;

const eraseFromAssets = ({ id, identifying }: PersonToErase) => sql`
  update assets set model = erased_text(model, ${identifying}, ${id}), location = erased_text(location, ${identifying}, ${id})
  where is_named(concat_ws(' ', model, location), ${identifying})`;

const erasePreviousLocations = ({ id, identifying }: PersonToErase) => sql`
  update assignments set previous_location = erased_text(previous_location, ${identifying}, ${id})
  where is_named(previous_location, ${identifying})`;

/** A reason may name a person, as that of a merged record does. How a device comes back is deleted with its result. */
const eraseBulkReasons = ({ id, identifying }: PersonToErase) => sql`
  update bulk_items set reason = erased_text(reason, ${identifying}, ${id})
  where is_named(reason, ${identifying})`;

const eraseFromEndpoints = ({ id, identifying }: PersonToErase) => sql`
  update webhook_endpoints set description = erased_text(description, ${identifying}, ${id})
  where is_named(description, ${identifying})`;

/** Responses to events about the person go as a whole, because a receiver may send back anything. */
const eraseAttempts = (person: PersonToErase) => sql`
  update webhook_attempts a set response = ${erased(sql`a.response`, isEventOf(person), person)}
  from webhook_deliveries d join webhook_events e on e.id = d.event_id
  where d.id = a.delivery_id and a.response is not null
    and (${isEventOf(person)} or is_named(a.response, ${person.identifying}))`;

const eraseEvents = (person: PersonToErase) => sql`
  update webhook_events e set data = erased_json(e.data, ${person.id}, ${person.identifying})
  where ${isEventOf(person)} or is_named(e.data::text, ${person.identifying})
    or exists (select from jsonb_each(e.data) v (key, actor)
      where jsonb_typeof(actor) = 'object' and actor->>'type' = 'user' and actor->'id' = to_jsonb(${person.id}::int))`;

/** Whether event `e` is about an offboarding of the person. */
const isEventOf = ({ id }: PersonToErase) => sql`(
  coalesce(e.offboarding_id in (select id from offboardings where user_id = ${id}), false)
  or coalesce(e.data->'user'->'id' = to_jsonb(${id}::int), false))`;

const eraseNotifications = ({ id, identifying }: PersonToErase) => sql`
  update notifications set details = erased_json(details, ${id}, ${identifying})
  where is_named(details::text, ${identifying})`;

/** A stored response is JSON as text. The status and the headers stay, so that a repeated call still has no effect. */
const eraseAnswers = ({ id, identifying }: PersonToErase) => sql`
  update idempotency_keys
  set answer = answer || jsonb_build_object('body', erased_json((answer->>'body')::jsonb, ${id}, ${identifying})::text)
  where answer->>'body' is json
    and (is_named(answer->>'body', ${identifying}) or position(${`"id":${id},`} in answer->>'body') > 0)`;
