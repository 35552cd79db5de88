import pg from 'pg';
import { expect, test } from 'vitest';
import {
  codeOf,
  isDatabaseUnavailable,
  isDataRefused,
  isMissingSchema,
  isTransientConflict,
  isUnreachable,
} from '../../../database/core/postgres-errors.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();

const failureOf = (query: string): Promise<unknown> =>
  database.em
    .fork()
    .execute(query)
    .then(
      () => 'no error',
      (error) => error,
    );

test('a server that refuses connections is unavailable, even if another error wraps the error', async () => {
  const refused = await new pg.Client('postgres://127.0.0.1:1/none').connect().catch((error) => error);
  expect(isDatabaseUnavailable(refused)).toBe(true);
  expect(isDatabaseUnavailable(new Error('The query failed', { cause: refused }))).toBe(true);
  expect(isUnreachable(refused)).toBe(true);
});

test.each([
  ['a division by zero', '22012', 'select 1 / 0'],
  ['a broken constraint', '23514', "insert into licenses (name, seats_total) values ('None left', -1)"],
])('%s is an error of the data, not of the connection', async (_, code, query) => {
  const refused = await failureOf(query);
  expect(codeOf(refused)).toBe(code);
  expect(isDataRefused(refused)).toBe(true);
  expect(isDatabaseUnavailable(refused)).toBe(false);
  expect(isTransientConflict(refused)).toBe(false);
});

test('a lock timeout is a transient conflict', async () => {
  const refused = await database.em.fork().transactional(async (holder) => {
    await holder.execute('select pg_advisory_xact_lock(42)');
    return failureOf("set local lock_timeout = '20ms'; select pg_advisory_xact_lock(42)");
  });
  expect(codeOf(refused)).toBe('55P03');
  expect(isTransientConflict(refused)).toBe(true);
  expect(isDataRefused(refused)).toBe(false);
});

test('a missing table is recognized', async () => {
  expect(isMissingSchema(await failureOf('select * from nowhere'))).toBe(true);
  expect(isMissingSchema(await failureOf('select nothing()'))).toBe(true);
  expect(isMissingSchema(await failureOf('select 1 / 0'))).toBe(false);
});

// Last, because it leaves a closed connection in the pool.
test('a server that ends the connection is unavailable, but was reached', async () => {
  const ended = await failureOf('select pg_terminate_backend(pg_backend_pid())');
  expect(isDatabaseUnavailable(ended)).toBe(true);
  expect(isUnreachable(ended)).toBe(false);
});
