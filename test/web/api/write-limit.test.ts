import { setTimeout as pause } from 'node:timers/promises';
import { LockMode } from '@mikro-orm/postgresql';
import { expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { Request, User } from '../../../database/entities/index.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { eventually } from '../../../testing/cast/engine.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { apiAt } from '../../../testing/web/api.ts';
import { startWeb } from '../../../testing/web/web.ts';
import { writeLimit } from '../../../web/api/http/write-limit.ts';

const own = await ownDatabase();
const { database } = own;
const web = await startWeb(own);

test('many API calls leave the console its connections', async () => {
  const { mira, ivo } = await makeCast(database);
  const admin = await web.signIn(ivo.email);
  const { value } = await createToken(database.em, 'system', { name: 'hr', scopes: ['users:write'] });
  const call = apiAt(web.address, value);
  const path = `/users/${mira.externalId}`;

  let flood: ReturnType<typeof call>[] = [];
  await database.em.fork().transactional(async (em) => {
    await em.findOneOrFail(User, mira.id, { lockMode: LockMode.PESSIMISTIC_WRITE });
    // Each call holds a connection until the row is free, and there are fewer connections than calls.
    flood = Array.from({ length: 30 }, (_, i) =>
      call('PATCH', path, { body: { jobTitle: `Engineer ${i}` } }),
    );
    const answered = await Promise.race([
      admin.get('/offboarding').then(({ status }) => status),
      new Promise((resolve) => setTimeout(() => resolve('nothing in three seconds'), 3_000)),
    ]);
    expect(answered).toBe(200);
  });
  const statuses = (await Promise.all(flood)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200]));
});

test('a client that disconnects while queued changes nothing', async () => {
  const { emil } = await makeCast(database);
  const { value } = await createToken(database.em, 'system', {
    name: 'client',
    scopes: ['requests:write'],
  });
  const ask = (signal?: AbortSignal) =>
    fetch(`${web.address}/api/v1/users/${emil.externalId}/requests`, {
      method: 'POST',
      headers: { authorization: `Bearer ${value}`, 'Content-Type': 'application/json' },
      body: '{"item":"Headset"}',
      ...(signal && { signal }),
    }).then(({ status }) => status);

  const going = new AbortController();
  let gone: Promise<PromiseSettledResult<number>[]> | undefined;
  await database.em.fork().transactional(async (em) => {
    await em.findOneOrFail(User, emil.id, { lockMode: LockMode.PESSIMISTIC_WRITE });
    gone = Promise.allSettled(Array.from({ length: 12 }, () => ask(going.signal)));
    await eventually(async () => writeLimit.isLocked());
    await pause(300);
    going.abort();
    await pause(300);
  });
  expect((await gone!).every(({ status }) => status === 'rejected')).toBe(true);
  // This call is queued behind the aborted ones.
  expect(await ask()).toBe(201);
  expect(await database.em.fork().count(Request, { userId: emil.id })).toBeLessThanOrEqual(4 + 1);
});
