import { type RawBuilder, sql } from 'kysely';
import { Refusal } from '../../domain/failures.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { inTransaction } from '../core/transaction.ts';
import type { StoredAnswer } from '../entities/idempotency-key.ts';

export type { StoredAnswer };

/** An API call with its Idempotency-Key. `fingerprint` is a hash of the whole request. */
export interface KeyedCall {
  tokenId: number;
  key: string;
  fingerprint: string;
}

/** The answer, and whether it was stored by an earlier call. */
export interface Answered {
  answer: StoredAnswer;
  replayed: boolean;
}

/** The key was used for a different request. */
export class KeyReused extends Error {
  override name = 'KeyReused';
}

/**
 * Executes a call and stores its answer in one transaction; a repeat with the same key returns the stored answer.
 * Without a key it only executes the call. A refused call stores nothing, so it can be repeated. Throws KeyReused, and
 * a Refusal while another call runs under the key.
 */
export const answerOnce = (
  em: EntityManager,
  call: KeyedCall | null,
  work: (em: EntityManager) => Promise<StoredAnswer>,
): Promise<Answered> =>
  inTransaction(em, async (transaction) => {
    if (call === null) return { answer: await work(transaction), replayed: false };
    await lockOrRefuse(transaction, call);
    const known = await answerTo(transaction, call);
    if (known !== null) return { answer: known, replayed: true };
    const answer = await work(transaction);
    await insertAnswer(transaction, call, answer);
    return { answer, replayed: false };
  });

/** A second caller is refused instead of waiting. Locks of two numbers cannot collide with locks of one. */
async function lockOrRefuse(em: EntityManager, { tokenId, key }: KeyedCall) {
  const { rows } = await sql<{ taken: boolean }>`
    select pg_try_advisory_xact_lock(${tokenId}::int, hashtext(${key})) as taken`.execute(sqlOf(em));
  if (!rows[0]!.taken) throw stillRunning();
}

async function answerTo(em: EntityManager, { tokenId, key, fingerprint }: KeyedCall) {
  const { rows } = await sql<{ fingerprint: string; answer: StoredAnswer | null }>`
    select fingerprint, answer from idempotency_keys
    where token_id = ${tokenId} and key = ${key}`.execute(sqlOf(em));
  if (rows[0] === undefined) return null;
  if (rows[0].fingerprint !== fingerprint) throw new KeyReused();
  return rows[0].answer;
}

async function insertAnswer(
  em: EntityManager,
  { tokenId, key, fingerprint }: KeyedCall,
  answer: StoredAnswer,
) {
  const { numAffectedRows } = await sql`
    insert into idempotency_keys (token_id, key, fingerprint, answer)
    values (${tokenId}, ${key}, ${fingerprint}, ${JSON.stringify(answer)}::jsonb)
    on conflict do nothing`.execute(sqlOf(em));
  if (Number(numAffectedRows) === 0) throw stillRunning();
}

/** A key that is reserved for a running call. `since` is when the key was first used. */
export interface ReservedKey {
  since: Date;
  /** Stores the answer for all repeats of the call. */
  storeAnswer(answer: StoredAnswer): Promise<void>;
  /** Frees the key without an answer; a repeat of the call has the same `since`. */
  release(): Promise<void>;
  /** Deletes the key of a refused call; a repeat is a new call. */
  remove(): Promise<void>;
}

/**
 * Reserves a key for a call to Temporal, which executes it once per key and `since`. Returns the stored answer instead
 * if there is one. The key is free again after `runsForMs` milliseconds, even if this process dies. Throws like
 * `answerOnce`.
 */
export async function reserveKey(
  em: EntityManager,
  call: KeyedCall,
  runsForMs: number,
): Promise<StoredAnswer | ReservedKey> {
  const { tokenId, key, fingerprint } = call;
  const { rows } = await sql<{ since: Date }>`
    insert into idempotency_keys as stored (token_id, key, fingerprint, running_until)
    values (${tokenId}, ${key}, ${fingerprint}, now() + make_interval(secs => ${runsForMs / 1000}))
    on conflict (token_id, key) do update set running_until = excluded.running_until
    where stored.fingerprint = excluded.fingerprint and stored.answer is null
      and coalesce(stored.running_until <= now(), true)
    returning created_at as since`.execute(sqlOf(em));
  if (rows[0] !== undefined) return reservedKey(em, call, rows[0].since);
  const answer = await answerTo(em, call);
  if (answer === null) throw stillRunning();
  return answer;
}

function reservedKey(em: EntityManager, { tokenId, key }: KeyedCall, since: Date): ReservedKey {
  const ofKey = sql`token_id = ${tokenId} and key = ${key}`;
  const execute = async (statement: RawBuilder<unknown>) => void (await statement.execute(sqlOf(em)));
  return {
    since,
    storeAnswer: (answer) =>
      execute(sql`
        update idempotency_keys set answer = ${JSON.stringify(answer)}::jsonb, running_until = null
        where ${ofKey}`),
    release: () => execute(sql`update idempotency_keys set running_until = null where ${ofKey}`),
    remove: () => execute(sql`delete from idempotency_keys where answer is null and ${ofKey}`),
  };
}

/** Deletes keys that are two days old; the API promises one day. */
export async function deleteOldKeys(em: EntityManager): Promise<void> {
  await sql`delete from idempotency_keys where created_at < now() - interval '2 days'`.execute(sqlOf(em));
}

const stillRunning = () =>
  new Refusal('still-running', 'A call with this Idempotency-Key is still running. Try again in a moment.');
