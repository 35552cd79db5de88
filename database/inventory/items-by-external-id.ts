import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import type { AssetStatus, Recovery } from '../../domain/assets.ts';
import { InvalidInput, NotFound } from '../../domain/failures.ts';
import { changeWithin } from '../core/change.ts';
import { personWithExternalId } from '../core/find-person.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { Assignment, type Request, Seat } from '../entities/index.ts';
import { assetById } from './assets.ts';
import { type RecoverAnswer, recoverWithin } from './assignments.ts';
import { type UndoAnswer, undoWithin } from './corrections.ts';
import { addRequest, handOutFor, type NewRequest } from './requests.ts';
import { giveSeat } from './seats.ts';

/**
 * The API's operations on items, because other systems know people by external id and assets by tag. All of them run
 * inside the open transaction of `em` and throw the same errors as the console's operations.
 */

/**
 * Assigns the asset with this tag like `assignAssetFor`. Throws NotFound for an unknown tag, InvalidInput for an unknown
 * person.
 */
export async function assignByTag(
  em: EntityManager,
  actor: Actor,
  tag: string,
  userExternalId: string,
  requestId: number | null,
): Promise<Assignment> {
  const assetId = await assetIdOf(em, tag);
  await refuseUnknownPerson(em, userExternalId);
  const id = await changeWithin(em, { externalId: userExternalId }, actor, (change) =>
    handOutFor(change, assetId, requestId),
  );
  return em.findOneOrFail(Assignment, { id });
}

/** A person as the API names them beside an item. */
interface NamedPerson {
  id: number;
  externalId: string | null;
  name: string;
}

/** The result of a recovery, with the asset's new status and its last holder. */
export interface TagRecovery {
  outcome: RecoverAnswer['outcome'];
  status: AssetStatus;
  formerHolder: NamedPerson | null;
}

/** Recovers the asset with this tag like `recoverAsset`. Throws NotFound for an unknown tag. */
export async function recoverByTag(
  em: EntityManager,
  actor: Actor,
  tag: string,
  recovery: Recovery,
  assignmentId?: number,
): Promise<TagRecovery> {
  const assetId = await assetIdOf(em, tag);
  const { outcome, formerHolderId } = await recoverWithin(em, actor, assetId, recovery, assignmentId);
  await em.flush();
  const { status } = await assetById(em, assetId);
  return { outcome, status, formerHolder: formerHolderId === null ? null : await named(em, formerHolderId) };
}

/** The result of undoing a recovery, with the asset's new status and its holder. */
export interface TagUndo {
  outcome: UndoAnswer['outcome'];
  status: AssetStatus;
  holder: NamedPerson;
}

/** Undoes a recovery of the asset with this tag like `undoRecovery`. Throws NotFound for an unknown tag. */
export async function undoByTag(
  em: EntityManager,
  actor: Actor,
  tag: string,
  assignmentId?: number,
): Promise<TagUndo> {
  const assetId = await assetIdOf(em, tag);
  const { outcome, holderId } = await undoWithin(em, actor, assetId, assignmentId);
  await em.flush();
  const { status } = await assetById(em, assetId);
  return { outcome, status, holder: (await named(em, holderId))! };
}

/** Assigns a seat. Throws NotFound for an unknown person, InvalidInput for an unknown license. */
export async function assignSeatByExternalId(
  em: EntityManager,
  actor: Actor,
  externalId: string,
  licenseId: number,
): Promise<{ seat: Seat; license: string }> {
  const { rows } = await sql<{ name: string }>`
    select name from licenses where id = ${licenseId}`.execute(sqlOf(em));
  const id = await changeWithin(em, { externalId }, actor, (change) => {
    if (rows[0] === undefined) throw new InvalidInput({ licenseId: "We can't find this license." });
    return giveSeat(change, licenseId);
  });
  return { seat: await em.findOneOrFail(Seat, { id }), license: rows[0]!.name };
}

/** Creates a request. Throws NotFound for an unknown person. */
export const createRequestByExternalId = (
  em: EntityManager,
  actor: Actor,
  externalId: string,
  request: NewRequest,
): Promise<Request> => changeWithin(em, { externalId }, actor, (change) => addRequest(change, request));

async function assetIdOf(em: EntityManager, tag: string): Promise<number> {
  const { rows } = await sql<{ id: number | null }>`select asset_with_tag(${tag}) as id`.execute(sqlOf(em));
  const [{ id }] = rows as [{ id: number | null }];
  if (id === null) throw new NotFound('asset');
  return id;
}

async function refuseUnknownPerson(em: EntityManager, externalId: string) {
  const { rows } = await sql<{ id: number | null }>`
    select ${personWithExternalId(externalId)} as id`.execute(sqlOf(em));
  if (rows[0]!.id === null) throw new InvalidInput({ userExternalId: 'No one has this external ID.' });
}

async function named(em: EntityManager, id: number): Promise<NamedPerson | null> {
  const { rows } = await sql<NamedPerson>`
    select id, external_id as "externalId", name from users where id = ${id}`.execute(sqlOf(em));
  return rows[0] ?? null;
}
