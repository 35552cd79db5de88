import { sql } from 'kysely';
import { mostPasskeys } from '../../../domain/access/second-factors.ts';
import { systemActor, userActor } from '../../../domain/actor.ts';
import { NotFound, Refusal } from '../../../domain/failures.ts';
import { maySignIn } from '../../../domain/user-status.ts';
import { changeAbout } from '../../core/change.ts';
import { sha256 } from '../../core/hash.ts';
import type { EntityManager } from '../../core/orm.ts';
import { sqlOf } from '../../core/tables.ts';
import { recordSessionEvent } from '../credentials.ts';
import { notifyOfFactor } from './factors.ts';

/** A passkey as it is checked. Id and public key are in base64url. */
export interface StoredPasskey {
  credentialId: string;
  publicKey: string;
  counter: number;
  transports: string[];
}

/** A stored passkey and whose it is. */
export type OwnedPasskey = StoredPasskey & { id: number; userId: number };

/** The passkey with this id, if it is stored. */
export async function passkeyWith(em: EntityManager, credentialId: string): Promise<OwnedPasskey | null> {
  const { rows } = await sql<OwnedPasskey>`
    select id, user_id as "userId", credential_id as "credentialId", public_key as "publicKey",
      counter::float8 as counter, transports
    from passkeys where credential_id = ${credentialId}`.execute(sqlOf(em.fork()));
  return rows[0] ?? null;
}

/** The ids of a person's passkeys, which their devices do not store twice. */
export async function credentialsOf(
  em: EntityManager,
  userId: number,
): Promise<Pick<StoredPasskey, 'credentialId' | 'transports'>[]> {
  const { rows } = await sql<Pick<StoredPasskey, 'credentialId' | 'transports'>>`
    select credential_id as "credentialId", transports from passkeys where user_id = ${userId}`.execute(
    sqlOf(em.fork()),
  );
  return rows;
}

/**
 * Adds a checked passkey to the person's own. Throws a Refusal for a challenge that was used, for a passkey that is stored
 * and beyond the most that one person may have.
 */
export const addPasskey = (
  em: EntityManager,
  userId: number,
  { name, passkey, challenge }: { name: string; passkey: StoredPasskey; challenge: string },
): Promise<void> =>
  changeAbout(em, userId, userActor(userId), async (change) => {
    const { credentialId, publicKey, counter, transports } = passkey;
    if (!(await useChallenge(change.em, challenge)))
      throw new Refusal('challenge-used', 'This was already done. Try again if the passkey is missing.');
    const { rows } = await sql<{ id: number }>`
      insert into passkeys (user_id, name, credential_id, public_key, counter, transports)
      select ${userId}, ${name}, ${credentialId}, ${publicKey}, ${counter}::bigint, ${transports}::text[]
      where (select count(*) from passkeys where user_id = ${userId}) < ${mostPasskeys}
      on conflict do nothing returning id`.execute(sqlOf(change.em));
    if (rows.length === 0)
      throw new Refusal('passkey-not-added', `It's already added, or you have ${mostPasskeys} passkeys.`);
    change.record('user.passkey_added', { passkeyId: rows[0]!.id });
    await notifyOfFactor(change, 'passkey_added');
  });

/** Renames one of the person's own passkeys. Throws NotFound. */
export const renamePasskey = (em: EntityManager, userId: number, id: number, name: string): Promise<void> =>
  changeAbout(em, userId, userActor(userId), async (change) => {
    const { rows } = await sql`
      update passkeys set name = ${name} where id = ${id} and user_id = ${userId} returning id`.execute(
      sqlOf(change.em),
    );
    if (rows.length === 0) throw new NotFound('passkey');
  });

/** Removes one of the person's own passkeys. Does nothing for another person's, and when it is gone. */
export const removePasskey = (em: EntityManager, userId: number, id: number): Promise<void> =>
  changeAbout(em, userId, userActor(userId), async (change) => {
    const { rows } = await sql`
      delete from passkeys where id = ${id} and user_id = ${userId} returning id`.execute(sqlOf(change.em));
    if (rows.length === 0) return;
    change.record('user.passkey_removed', { passkeyId: id });
    await notifyOfFactor(change, 'passkey_removed');
  });

/**
 * Signs in the owner of a passkey whose answer to `challenge` was checked. Returns false, and records the failure, for a
 * challenge that was used, for a counter that went back, as a copied passkey's does, and for someone who may not sign in.
 */
export async function signInByPasskey(
  em: EntityManager,
  { id, userId, credentialId }: OwnedPasskey,
  { counter, challenge }: { counter: number; challenge: string },
  now = new Date(),
): Promise<boolean> {
  const isIn = await changeAbout(em, userId, userActor(userId), async (change) => {
    if (!maySignIn(change.user) || !(await useChallenge(change.em, challenge))) return false;
    const { rows } = await sql`
      update passkeys set counter = ${counter}::bigint, last_used_at = ${now}
      where id = ${id} and credential_id = ${credentialId}
        and (counter < ${counter}::bigint or (counter = 0 and ${counter}::bigint = 0)) returning id`.execute(
      sqlOf(change.em),
    );
    if (rows.length === 0) return false;
    change.record('user.signed_in', { by: 'passkey' });
    return true;
  });
  if (!isIn) await recordSessionEvent(em, systemActor, 'user.sign_in_failed', userId);
  return isIn;
}

/** Whether a challenge is used for the first time. */
async function useChallenge(em: EntityManager, challenge: string): Promise<boolean> {
  const { rows } = await sql`
    insert into used_challenges (hash) values (${sha256(challenge)}) on conflict do nothing returning hash`.execute(
    sqlOf(em),
  );
  return rows.length === 1;
}

/** Deletes the hashes of challenges that are long over. */
export async function deleteUsedChallenges(em: EntityManager): Promise<void> {
  await sql`delete from used_challenges where used_at < now() - interval '1 day'`.execute(sqlOf(em));
}
