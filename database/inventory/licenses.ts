import { LockMode } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { InvalidInput, NotFound } from '../../domain/failures.ts';
import type { Sort } from '../../domain/sorting.ts';
import { tooFewSeats } from '../../domain/wording/refusals.ts';
import { changeItem, type ItemChange } from '../core/change-item.ts';
import { changedFields, fieldDiff, refuseStale, type Seen } from '../core/field-diff.ts';
import type { EntityManager } from '../core/orm.ts';
import { type Page, pageOf } from '../core/pagination.ts';
import { contains } from '../core/search.ts';
import { bestHits, type SortKey, sortedPage } from '../core/sorting.ts';
import { sqlOf } from '../core/tables.ts';
import { License } from '../entities/index.ts';

/** A license as lists show it. */
export interface LicenseRow {
  id: number;
  name: string;
  vendor: string | null;
  seatsTotal: number;
  seatsUsed: number;
}

/** What the list can be sorted by. */
export const licenseColumns = ['name', 'vendor', 'seats', 'free'] as const;
export type LicenseColumn = (typeof licenseColumns)[number];

/** The order of the list unless a column is chosen or something is searched. */
export const licenseOrder: Sort<LicenseColumn> = { column: 'name', backwards: false };

/**
 * One page of the licenses. `search` is part of a name or vendor. Unless a column is chosen, they are sorted by name, and a
 * search shows whole values first, then beginnings.
 */
export async function findLicenses(
  em: EntityManager,
  search: string,
  page = 1,
  sort: Sort<LicenseColumn> | null = null,
): Promise<Page<LicenseRow>> {
  const wanted = search === '' ? sql`true` : contains(searched, search);
  const listed = { from: sql`licenses l`, id: sql`l.id`, wanted };
  const { column, backwards } = sort ?? licenseOrder;
  const ids =
    search !== '' && sort === null
      ? bestHits(listed, searched, search, keys.name.value, page)
      : sortedPage(listed, keys[column], backwards, page);
  const { rows } = await sql<LicenseRow & { total: number }>`
    with page as (${ids})
    select total, l.id, l.name, l.vendor, l.seats_total as "seatsTotal", l.seats_used as "seatsUsed"
    from (select count(*) as total from licenses l where ${wanted}) counted
    left join page on true
    left join licenses l on l.id = page.id
    order by page.place`.execute(sqlOf(em));
  return pageOf(rows, page);
}

const searched = [sql`l.name`, sql`l.vendor`];

const keys: Record<LicenseColumn, SortKey> = {
  name: { value: sql`lower(l.name)` },
  vendor: { value: sql`lower(l.vendor)` },
  seats: { value: sql`l.seats_used` },
  free: { value: sql`l.seats_total - l.seats_used` },
};

/** A license. Throws NotFound. */
export async function licenseById(em: EntityManager, licenseId: number): Promise<License> {
  const license = await em.fork().findOne(License, { id: licenseId });
  if (license === null) throw new NotFound('license');
  return license;
}

/** The fields of a license that a user may set. */
export interface LicenseFacts {
  name: string;
  vendor: string | null;
  seatsTotal: number;
}

/** Adds a license and returns its id. */
export const createLicense = (em: EntityManager, actor: Actor, facts: LicenseFacts): Promise<number> =>
  changeItem(em, actor, (change) => addLicense(change, facts));

/** Like `createLicense`, within a larger change. */
export async function addLicense(change: ItemChange, facts: LicenseFacts): Promise<number> {
  const license = change.em.create(License, { ...facts });
  await change.em.flush();
  change.record('license.created', { licenseId: license.id, ...facts });
  return license.id;
}

/**
 * Changes the given fields of a license; the audit entry lists those that differ. Throws NotFound. Throws InvalidInput
 * when the total is below the seats in use, and ChangedMeanwhile when a field differs from its value in `seen`.
 */
export const updateLicense = (
  em: EntityManager,
  actor: Actor,
  licenseId: number,
  facts: Partial<LicenseFacts>,
  seen: Seen<LicenseFacts> = {},
): Promise<void> => changeItem(em, actor, (change) => changeLicense(change, licenseId, facts, seen));

/** Like `updateLicense`, within a larger change. */
export async function changeLicense(
  change: ItemChange,
  licenseId: number,
  facts: Partial<LicenseFacts>,
  seen: Seen<LicenseFacts> = {},
): Promise<void> {
  const license = await lockLicense(change.em, licenseId);
  refuseStale(license, facts, seen);
  if (facts.seatsTotal !== undefined && facts.seatsTotal < license.seatsUsed) {
    throw new InvalidInput({ seatsTotal: tooFewSeats(license.seatsUsed) });
  }
  const changes = fieldDiff(license, facts);
  if (Object.keys(changes).length === 0) return;
  change.record('license.updated', { licenseId, license: license.name, ...changedFields(license, changes) });
  change.em.assign(license, changes);
}

/** Locks a license's row until the transaction ends, and reads it after that. Throws NotFound. */
export async function lockLicense(em: EntityManager, licenseId: number): Promise<License> {
  const license = await em.findOne(License, { id: licenseId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (license === null) throw new NotFound('license');
  return license;
}
