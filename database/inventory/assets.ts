import { LockMode } from '@mikro-orm/postgresql';
import { type RawBuilder, sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import type { AssetStatus, ReturnCondition, StatusAfterRecovery } from '../../domain/assets.ts';
import { InvalidInput, NotFound } from '../../domain/failures.ts';
import type { Sort } from '../../domain/sorting.ts';
import type { UserStatus } from '../../domain/user-status.ts';
import { changeItem, type ItemChange } from '../core/change-item.ts';
import { changedFields, fieldDiff, refuseStale, type Seen } from '../core/field-diff.ts';
import type { EntityManager } from '../core/orm.ts';
import { type Page, pageOf } from '../core/pagination.ts';
import { contains, placeOfHit } from '../core/search.ts';
import { bestHits, type SortKey, sortedPage } from '../core/sorting.ts';
import { sqlOf } from '../core/tables.ts';
import { Asset } from '../entities/index.ts';

/** The person who has an asset, by an open assignment or by an open correction of its recovery. */
interface Holder {
  assignmentId: number;
  userId: number;
  name: string;
  email: string | null;
  department: string | null;
  status: UserStatus;
  since: Date;
  /** When the recovery was undone after the completion; null for an open assignment. */
  correctedAt: Date | null;
}

/** An asset as the console shows it. `status` is `assigned` whenever it has a holder. */
export interface AssetWithHolder {
  id: number;
  tag: string;
  serial: string | null;
  model: string;
  location: string | null;
  status: AssetStatus;
  condition: ReturnCondition | null;
  holder: Holder | null;
}

/** The filter of the list of assets. */
export interface AssetFilter {
  /** Part of a tag, serial or model; empty finds everything. */
  search: string;
  status: AssetStatus | null;
}

const isHeld = sql`(not a.assignable
  or exists (select from assignments h where h.asset_id = a.id and h.returned_at is null))`;

const shownColumns = sql`
  a.id, a.tag, a.serial, a.model, a.location, a.condition,
  case when u.id is null then a.status else 'assigned' end as status,
  case when u.id is not null then jsonb_build_object(
    'assignmentId', h.id, 'userId', u.id, 'name', u.name, 'email', u.email,
    'department', u.department, 'status', u.status, 'since', h.assigned_at, 'correctedAt', c.created_at) end as holder`;

/** Joins the current holders to `assets`, a FROM item with the alias `a`. */
const withHolders = (assets: RawBuilder<unknown>) => sql`
  ${assets}
  left join recovery_corrections c on c.asset_id = a.id and c.closed_at is null
  left join assignments o on o.asset_id = a.id and o.returned_at is null
  left join assignments h on h.id = coalesce(o.id, c.assignment_id)
  left join users u on u.id = h.user_id`;

/** What the list can be sorted by. */
export const assetColumns = ['model', 'tag', 'location', 'status', 'holder'] as const;
export type AssetColumn = (typeof assetColumns)[number];

/** The order of the list unless a column is chosen or something is searched. */
export const assetOrder: Sort<AssetColumn> = { column: 'tag', backwards: false };

/**
 * One page of the assets, with their holders, by one statement. Unless a column is chosen, they are sorted by tag, and a
 * search shows whole values first, then beginnings.
 */
export async function findAssets(
  em: EntityManager,
  filter: AssetFilter,
  page = 1,
  sort: Sort<AssetColumn> | null = null,
): Promise<Page<AssetWithHolder>> {
  const wanted = sql`${matchesSearch(filter.search)} and ${hasStatus(filter.status)}`;
  const listed = { from: sql`assets a`, id: sql`a.id`, wanted };
  const { column, backwards } = sort ?? assetOrder;
  const ids =
    filter.search !== '' && sort === null
      ? bestHits(listed, searched, filter.search, keys.tag.value, page)
      : sortedPage(listed, keys[column], backwards, page);
  const assets = sql`(select count(*) as total from assets a where ${wanted}) counted
    left join page on true
    left join assets a on a.id = page.id`;
  const { rows } = await sql<AssetWithHolder & { total: number }>`
    with page as (${ids})
    select total, ${shownColumns} from ${withHolders(assets)} order by page.place`.execute(sqlOf(em));
  return pageOf(rows.map(withDates), page);
}

const keys: Record<AssetColumn, SortKey> = {
  model: { value: sql`lower(a.model)` },
  tag: { value: sql`a.tag` },
  location: { value: sql`lower(a.location)` },
  status: { value: sql`a.status` },
  holder: {
    value: sql`lower(holder.name)`,
    // LATERAL makes PostgreSQL begin with the people, in the order of their names.
    joins: sql`
      join (users holder cross join lateral (
        select asset_id from assignments where user_id = holder.id and live
        union all
        select asset_id from recovery_corrections where user_id = holder.id and closed_at is null
      ) held) on held.asset_id = a.id`,
    missing: sql`not ${isHeld}`,
  },
};

/** An asset with its holder. Throws NotFound. */
export async function assetById(em: EntityManager, assetId: number): Promise<AssetWithHolder> {
  const { rows } = await sql<AssetWithHolder>`
    select ${shownColumns} from ${withHolders(sql`assets a`)} where a.id = ${assetId}`.execute(sqlOf(em));
  if (rows[0] === undefined) throw new NotFound('asset');
  return withDates(rows[0]);
}

/** The assets with these ids, with their holders, by model and tag. */
export async function assetsByIds(em: EntityManager, ids: readonly number[]): Promise<AssetWithHolder[]> {
  const { rows } = await sql<AssetWithHolder>`
    select ${shownColumns} from ${withHolders(sql`assets a`)} where a.id = any(${ids}::int[])
    order by lower(a.model), a.tag`.execute(sqlOf(em));
  return rows.map(withDates);
}

/** At most three other assets with the serial of an asset, by id: the same device may have two records. */
export async function assetsWithSerialOf(em: EntityManager, assetId: number): Promise<AssetWithHolder[]> {
  const { rows } = await sql<AssetWithHolder>`
    select ${shownColumns} from ${withHolders(sql`assets a`)}
    where folded(a.serial) = folded((select serial from assets where id = ${assetId})) and a.id <> ${assetId}
    order by a.id limit 3`.execute(sqlOf(em));
  return rows.map(withDates);
}

/** The first `limit` assets in stock that match a search, by tag. */
export async function assetsInStock(
  em: EntityManager,
  search: string,
  limit: number,
): Promise<AssetWithHolder[]> {
  const { rows } = await sql<AssetWithHolder>`
    select ${shownColumns} from ${withHolders(sql`assets a`)}
    where ${matchesSearch(search)} and ${hasStatus('in_stock')}
    order by ${placeIn(search)}, a.tag, a.id limit ${limit}`.execute(sqlOf(em));
  return rows.map(withDates);
}

function matchesSearch(search: string): RawBuilder<unknown> {
  return search === '' ? sql`true` : contains(searched, search);
}

const searched = [sql`a.tag`, sql`a.serial`, sql`a.model`];
/** Without a search it is no number, because PostgreSQL would sort by the column with that number. */
const placeIn = (search: string) => (search === '' ? sql`null::int` : placeOfHit(searched, search));

function hasStatus(status: AssetStatus | null): RawBuilder<unknown> {
  if (status === null) return sql`true`;
  if (status === 'assigned') return sql`(a.status = 'assigned' or ${isHeld})`;
  return sql`(a.status = ${status} and not ${isHeld})`;
}

/** Converts the holder's dates, because JSON carries them as text. */
function withDates<Row extends AssetWithHolder>(row: Row): Row {
  if (row.holder === null) return row;
  const { since, correctedAt } = row.holder;
  const dates = { since: new Date(since), correctedAt: correctedAt && new Date(correctedAt) };
  return { ...row, holder: { ...row.holder, ...dates } };
}

/** The fields of an asset that a user may set. */
export interface AssetFacts {
  tag: string;
  serial: string | null;
  model: string;
  location: string | null;
  /** Left out while the asset has a holder, because it then stays `assigned` until it is recovered. */
  status?: StatusAfterRecovery | undefined;
}

/** Adds an asset and returns its id. Throws InvalidInput when the tag is taken. */
export const createAsset = (em: EntityManager, actor: Actor, facts: AssetFacts): Promise<number> =>
  changeItem(em, actor, (change) => addAsset(change, facts));

/** Like `createAsset`, within a larger change. */
export async function addAsset(change: ItemChange, facts: AssetFacts): Promise<number> {
  const asset = change.em.create(Asset, { ...facts, status: facts.status ?? 'in_stock' });
  await change.em.flush();
  change.record('asset.created', { assetId: asset.id, ...facts, status: asset.status });
  return asset.id;
}

/**
 * Changes the given fields of an asset; the audit entry lists those that differ. Throws NotFound. Throws InvalidInput
 * when the tag is taken, and for a status while the asset has a holder. Throws ChangedMeanwhile when a field differs
 * from its value in `seen`.
 */
export const updateAsset = (
  em: EntityManager,
  actor: Actor,
  assetId: number,
  facts: Partial<AssetFacts>,
  seen: Seen<AssetFacts> = {},
): Promise<void> => changeItem(em, actor, (change) => changeAsset(change, assetId, facts, seen));

/** Like `updateAsset`, within a larger change. */
export async function changeAsset(
  change: ItemChange,
  assetId: number,
  facts: Partial<AssetFacts>,
  seen: Seen<AssetFacts> = {},
): Promise<void> {
  const asset = await lockAsset(change.em, assetId);
  refuseStale(asset, facts, seen);
  const { holder } = await assetById(change.em, assetId);
  if (holder !== null && facts.status !== undefined) {
    throw new InvalidInput({
      status: `This asset is assigned to ${holder.name}. Recover it to change its status.`,
    });
  }
  const changes = fieldDiff(asset, facts);
  if (Object.keys(changes).length === 0) return;
  change.record('asset.updated', { assetId, tag: asset.tag, ...changedFields(asset, changes) });
  change.em.assign(asset, changes);
}

/** Locks an asset's row until the transaction ends, and reads it after that. Throws NotFound. */
export async function lockAsset(em: EntityManager, assetId: number): Promise<Asset> {
  const asset = await em.findOne(Asset, { id: assetId }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (asset === null) throw new NotFound('asset');
  return asset;
}
