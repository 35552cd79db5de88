import { type RawBuilder, sql } from 'kysely';
import { Refusal } from '../../domain/failures.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { inTransaction } from '../core/transaction.ts';
import type { StoredAnswer } from '../entities/idempotency-key.ts';

export type { StoredAnswer };

/** A call as its caller names it. `fingerprint` is a hash of everything that was asked. */
export interface KeyedCall {
  tokenId: number;
  key: string;
  fingerprint: string;
}

/** An answer, and whether it was given before. */
export interface Answered {
  answer: StoredAnswer;
  replayed: boolean;
}

/** The key has been used for another call. */
export class KeyReused extends Error {
  override name = 'KeyReused';
}

/**
 * Carries out a call in one transaction with the answer to it: under the same key it has no second effect, and
 * gets the same answer. Without a key it is simply carried out. One that is refused leaves nothing behind, and
 * may be asked again. Throws KeyReused, and a Refusal while another call runs under the key.
 */
export const answerOnce = (
  em: EntityManager,
  call: KeyedCall | null,
  work: (em: EntityManager) => Promise<StoredAnswer>,
): Promise<Answered> =>
  inTransaction(em, async (transaction) => {
    if (call === null) return { answer: await work(transaction), replayed: false };
    await tryToLock(transaction, call);
    const known = await answerTo(transaction, call);
    if (known !== null) return { answer: known, replayed: true };
    const answer = await work(transaction);
    await insertAnswer(transaction, call, answer);
    return { answer, replayed: false };
  });

/** Nobody waits for the same call: whoever comes second is told so. The two numbers are a space of their own. */
async function tryToLock(em: EntityManager, { tokenId, key }: KeyedCall) {
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

/** A key that was taken for a call, and since when it is known. */
export interface TakenKey {
  since: Date;
  /** Keeps the answer: from now on the call gets it. */
  keep(answer: StoredAnswer): Promise<void>;
  /** There is no answer yet: the same call may be made again, and is the same one. */
  release(): Promise<void>;
  /** The call was refused: made again, it is another one. */
  forget(): Promise<void>;
}

/**
 * Takes a key for a call that asks somebody else, who does it once by the same key and its `since`. Returns the
 * answer instead when there is one. The key is free again after `runsForMs`, whatever happens to this process.
 * Throws like `answerOnce`.
 */
export async function takeKey(
  em: EntityManager,
  call: KeyedCall,
  runsForMs: number,
): Promise<StoredAnswer | TakenKey> {
  const { tokenId, key, fingerprint } = call;
  const { rows } = await sql<{ since: Date }>`
    insert into idempotency_keys as known (token_id, key, fingerprint, running_until)
    values (${tokenId}, ${key}, ${fingerprint}, now() + make_interval(secs => ${runsForMs / 1000}))
    on conflict (token_id, key) do update set running_until = excluded.running_until
    where known.fingerprint = excluded.fingerprint and known.answer is null
      and coalesce(known.running_until <= now(), true)
    returning created_at as since`.execute(sqlOf(em));
  if (rows[0] !== undefined) return takenKey(em, call, rows[0].since);
  const answer = await answerTo(em, call);
  if (answer === null) throw stillRunning();
  return answer;
}

function takenKey(em: EntityManager, { tokenId, key }: KeyedCall, since: Date): TakenKey {
  const itsRow = sql`token_id = ${tokenId} and key = ${key}`;
  const execute = async (statement: RawBuilder<unknown>) => void (await statement.execute(sqlOf(em)));
  return {
    since,
    keep: (answer) =>
      execute(sql`
        update idempotency_keys set answer = ${JSON.stringify(answer)}::jsonb, running_until = null
        where ${itsRow}`),
    release: () => execute(sql`update idempotency_keys set running_until = null where ${itsRow}`),
    forget: () => execute(sql`delete from idempotency_keys where answer is null and ${itsRow}`),
  };
}

/** Forgets keys that are two days old; nobody may count on more than one. */
export async function deleteOldKeys(em: EntityManager): Promise<void> {
  await sql`delete from idempotency_keys where created_at < now() - interval '2 days'`.execute(sqlOf(em));
}

const stillRunning = () =>
  new Refusal('still-running', 'A call under this Idempotency-Key is still running. Ask again in a moment.');
