import { type RawBuilder, sql } from 'kysely';
import type { ReturnCondition, StatusAfterRecovery } from '../../../domain/assets.ts';
import type { RequestOutcome } from '../../../domain/offboarding/checklist.ts';
import { listOf, type Step, step } from './steps.ts';

// The SQL reads `owner`, the person's records with the time `since` when they count, and `entry`, their audit entries.

/** How a device came back. */
interface RecordedReturn {
  condition: ReturnCondition | null;
  /** The device's status after it; null without an audit entry. */
  nextStatus: StatusAfterRecovery | null;
  note: string | null;
}

/** The recovery was undone after the completion. `back` says how the device came back at last; null while it is out. */
interface RecordedCorrection extends Step {
  back: (Step & RecordedReturn) | null;
}

/** A device that came back. */
export interface RecordedDevice extends Step, RecordedReturn {
  id: number;
  assetId: number;
  tag: string;
  serial: string | null;
  model: string;
  corrections: RecordedCorrection[];
}

/** A seat that was revoked. */
export interface RecordedSeat extends Step {
  id: number;
  licenseId: number;
  license: string;
  vendor: string | null;
}

/** A request that was closed. */
export interface RecordedRequest extends Step {
  id: number;
  item: string;
  status: RequestOutcome;
  note: string | null;
}

/** The last audit entry that closed an item, as `e`. `key` is the name of the item's id in the details. */
const closing = (key: string, id: RawBuilder<unknown>, more = sql`true`) => sql`
  left join lateral (
    select * from entry where details->>${sql.lit(key)} = ${id}::text and ${more} order by id desc limit 1) e on true`;

const corrections = sql`(
  select ${listOf(
    sql`${step(sql`c.created_at`, sql`c.created_by`)} || jsonb_build_object('back', case when c.closed_at is not null then
      ${step(sql`c.closed_at`, sql`e.actor`)} || jsonb_build_object('condition', c.condition, 'note', c.note,
        'nextStatus', e.details->'nextStatus') end)`,
    sql`c.id`,
  )}
  from recovery_corrections c ${closing('correctionId', sql`c.id`)}
  where c.assignment_id = x.id)`;

/** The devices that came back, as JSON. */
export const devices = sql`(
  select ${listOf(
    sql`${step(sql`x.returned_at`, sql`e.actor`)} || jsonb_build_object('id', x.id, 'assetId', a.id, 'tag', a.tag,
      'serial', a.serial, 'model', a.model, 'condition', x.condition, 'note', x.note,
      'nextStatus', e.details->'nextStatus', 'corrections', ${corrections})`,
    sql`x.returned_at, x.id`,
  )}
  from owner w join assignments x on x.user_id = w.id and x.live is null join assets a on a.id = x.asset_id
  ${closing('assignmentId', sql`x.id`, sql`not details ? 'correctionId'`)}
  where x.undone_at is null
    and (x.returned_at >= w.since or exists (select from recovery_corrections where assignment_id = x.id)))`;

/** The seats that were revoked, as JSON. */
export const seats = sql`(
  select ${listOf(
    sql`${step(sql`x.revoked_at`, sql`e.actor`)} || jsonb_build_object('id', x.id, 'licenseId', l.id,
      'license', l.name, 'vendor', l.vendor)`,
    sql`x.revoked_at, x.id`,
  )}
  from owner w join seats x on x.user_id = w.id and x.live is null join licenses l on l.id = x.license_id
  ${closing('seatId', sql`x.id`)} where x.revoked_at >= w.since)`;

/** The requests that were closed, as JSON. */
export const requests = sql`(
  select ${listOf(
    sql`${step(sql`x.resolved_at`, sql`e.actor`)} || jsonb_build_object('id', x.id, 'item', x.item,
      'status', x.status, 'note', x.note)`,
    sql`x.resolved_at, x.id`,
  )}
  from owner w join requests x on x.user_id = w.id and x.live is null
  ${closing('requestId', sql`x.id`)} where x.resolved_at >= w.since)`;
