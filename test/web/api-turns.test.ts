import { LockMode } from '@mikro-orm/postgresql';
import { expect, test } from 'vitest';
import { User } from '../../database/entities/index.ts';
import { createToken } from '../../database/tokens.ts';
import { apiAt } from '../support/api.ts';
import { makeCast } from '../support/cast.ts';
import { ownDatabase } from '../support/database.ts';
import { startWeb } from '../support/web.ts';

const own = await ownDatabase();
const { database } = own;
const web = await startWeb(own);

test('a flood of calls leaves the console its connections', async () => {
  const { mira, ivo } = await makeCast(database);
  const admin = await web.signIn(ivo.email);
  const { value } = await createToken(database.em, 'system', { name: 'hr', scopes: ['users:write'] });
  const call = apiAt(web.address, value);
  const path = `/users/${mira.externalId}`;

  let flood: ReturnType<typeof call>[] = [];
  await database.em.fork().transactional(async (em) => {
    await em.findOneOrFail(User, mira.id, { lockMode: LockMode.PESSIMISTIC_WRITE });
    // Each of them holds a connection until the row is free, and there are fewer connections than calls.
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
