import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { EntityManager } from '../../../database/core/orm.ts';
import { sqlOf } from '../../../database/core/tables.ts';
import { User } from '../../../database/entities/index.ts';
import { cleanUp } from '../../../database/workspace/housekeeping.ts';
import {
  answerOnce,
  KeyReused,
  reserveKey,
  type StoredAnswer,
} from '../../../database/workspace/idempotency.ts';
import { Refusal } from '../../../domain/failures.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;

let calls = 0;
const aCall = (more = {}) => ({ tokenId: 1, key: `key ${++calls}`, fingerprint: 'this', ...more });
const answer: StoredAnswer = { status: 201, headers: { ETag: '"x"' }, body: '{"id":1}' };

/** Adds a user and returns a response. */
const adding = (name: string) => async (transaction: EntityManager) => {
  transaction.create(User, { name, email: `${name}@x.example` });
  await transaction.flush();
  return answer;
};
const countOf = (name: string) => em.fork().count(User, { name });

test('the same call under the same key has one effect and gets the same answer', async () => {
  const call = aCall();
  expect(await answerOnce(em, call, adding('once'))).toEqual({ answer, replayed: false });
  expect(await answerOnce(em, call, adding('twice'))).toEqual({ answer, replayed: true });
  expect(await countOf('twice')).toBe(0);
});

test('each token has its own keys', async () => {
  const call = aCall();
  await answerOnce(em, call, adding('mine'));
  const theirs = await answerOnce(em, { ...call, tokenId: 2, fingerprint: 'other' }, adding('theirs'));
  expect(theirs.replayed).toBe(false);
});

test('the key of another call is refused', async () => {
  const call = aCall();
  await answerOnce(em, call, adding('first'));
  const other = answerOnce(em, { ...call, fingerprint: 'that' }, adding('second'));
  await expect(other).rejects.toBeInstanceOf(KeyReused);
  expect(await countOf('second')).toBe(0);
});

test('a refused call leaves neither an effect nor its key', async () => {
  const call = aCall();
  const refusing = async (transaction: EntityManager) => {
    await adding('refused')(transaction);
    throw new Refusal('no', 'No.');
  };
  await expect(answerOnce(em, call, refusing)).rejects.toMatchObject({ code: 'no' });
  expect(await countOf('refused')).toBe(0);
  const changed = { ...call, fingerprint: 'corrected' };
  expect(await answerOnce(em, changed, adding('corrected'))).toMatchObject({ replayed: false });
});

test('a call is refused at once while the same one runs', async () => {
  const call = aCall();
  const gate = Promise.withResolvers<void>();
  const inside = Promise.withResolvers<void>();
  const first = answerOnce(em, call, async (transaction) => {
    inside.resolve();
    await gate.promise;
    return adding('slow')(transaction);
  });
  await inside.promise;
  await expect(answerOnce(em, call, adding('slow'))).rejects.toMatchObject({ code: 'still-running' });
  gate.resolve();
  expect(await first).toMatchObject({ replayed: false });
  expect(await answerOnce(em, call, adding('slow'))).toMatchObject({ replayed: true });
  expect(await countOf('slow')).toBe(1);
});

test('a call without a key stores nothing', async () => {
  const before = await keys();
  await answerOnce(em, null, adding('plain'));
  expect(await keys()).toBe(before);
});

test('a released key can be used again for the same call', async () => {
  const call = aCall();
  const taken = await taking(call);
  await expect(reserveKey(em, call, 10_000)).rejects.toMatchObject({ code: 'still-running' });
  await expect(answerOnce(em, call, adding('beside'))).rejects.toMatchObject({ code: 'still-running' });
  await taken.release();
  const again = await taking(call);
  expect(again.since).toEqual(taken.since);

  await again.storeAnswer(answer);
  expect(await reserveKey(em, call, 10_000)).toEqual(answer);
  await expect(reserveKey(em, { ...call, fingerprint: 'that' }, 10_000)).rejects.toBeInstanceOf(KeyReused);
});

test('a key whose call was refused can be used for another call', async () => {
  const call = aCall();
  const taken = await taking(call);
  await taken.remove();
  // Calls of different milliseconds, because the time identifies a call.
  await new Promise((resolve) => setTimeout(resolve, 2));
  expect((await taking({ ...call, fingerprint: 'that' })).since).not.toEqual(taken.since);
});

test('a key whose process died is released after its timeout', async () => {
  const call = aCall();
  const { since } = await taking(call, 1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect((await taking(call)).since).toEqual(since);
});

test('keys are deleted after two days, not after one', async () => {
  const [young, old] = [aCall(), aCall()];
  for (const call of [young, old]) await answerOnce(em, call, async () => answer);
  const age = (key: string, interval: string) =>
    sql`update idempotency_keys set created_at = now() - ${interval}::interval where key = ${key}`.execute(
      sqlOf(em),
    );
  await age(young.key, '25 hours');
  await age(old.key, '49 hours');
  await cleanUp(em.fork());
  expect(await answerOnce(em, young, async () => answer)).toMatchObject({ replayed: true });
  expect(await answerOnce(em, old, async () => answer)).toMatchObject({ replayed: false });
});

async function taking(call: ReturnType<typeof aCall>, runsForMs = 10_000) {
  const taken = await reserveKey(em, call, runsForMs);
  if (!('since' in taken)) throw new Error('There was an answer already.');
  return taken;
}

async function keys(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) from idempotency_keys`.execute(sqlOf(em));
  return rows[0]!.count;
}
