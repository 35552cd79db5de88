import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, inject, test } from 'vitest';
import { User } from '../../database/entities/index.ts';
import { type Cast, makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { startEnvironment } from './environment.ts';

// A fault of other products: a leaver gets an item while they are completed.

const { database, web, call, sql } = await startEnvironment();

const isCompleted = async (userId: number) =>
  (await database.em.fork().findOneOrFail(User, { id: userId })).offboardingCompletedAt != null;

/** Whether a claim was done; it may only succeed or be refused. */
function wasDone(status: number, done: number): boolean {
  expect([done, 409]).toContain(status);
  return status === done;
}

/** Ways to give a leaver an item, prepared: each call returns whether it was done. */
const claims: [string, (cast: Cast) => Promise<() => Promise<boolean>>][] = [
  [
    'of a laptop in the console',
    async ({ nora, spare, lena }) => {
      const browser = await web.signIn(nora.email);
      const form = { userId: String(lena.id) };
      return async () => wasDone((await browser.post(`/assets/${spare.id}/assignment`, form)).status, 303);
    },
  ],
  [
    'of a laptop with the API',
    async ({ spare, lena }) => {
      const body = { userExternalId: lena.externalId };
      return async () =>
        wasDone((await call('POST', `/assets/${spare.tag}/assignment`, { body })).status, 201);
    },
  ],
  [
    'of a laptop with SQL',
    async ({ spare, lena }) =>
      () =>
        sql.query('insert into assignments (asset_id, user_id) values ($1, $2)', [spare.id, lena.id]).then(
          () => true,
          ({ code }) => {
            // The foreign key to assignable users.
            expect(code).toBe('23503');
            return false;
          },
        ),
  ],
  [
    'of a seat',
    async ({ license, lena }) => {
      const body = { licenseId: license.id };
      return async () =>
        wasDone((await call('POST', `/users/${lena.externalId}/seats`, { body })).status, 201);
    },
  ],
  [
    'by a request',
    async ({ lena }) => {
      const body = { item: 'Monitor' };
      return async () =>
        wasDone((await call('POST', `/users/${lena.externalId}/requests`, { body })).status, 201);
    },
  ],
];

/** How many open items a person has. */
const heldBy = async (userId: number): Promise<number> =>
  (
    await sql.query(
      `select (select count(*) from assignments where user_id = $1 and live)
        + (select count(*) from seats where user_id = $1 and live)
        + (select count(*) from requests where user_id = $1 and live) as held`,
      [userId],
    )
  ).rows.map(({ held }) => Number(held))[0]!;

async function timed<T>(work: () => Promise<T>) {
  const began = performance.now();
  const result = await work();
  return { result, began, ended: performance.now() };
}

describe.each(inject('long') ? [0, 30, 500] : [30])('a claim %i ms around a completion', (ms) => {
  test.each(claims)('%s: one of the two is done, never both', async (_, ready) => {
    for (const [claimAfter, completionAfter] of [
      [ms, 0],
      [0, ms],
    ] as const) {
      const cast = await makeCast(database);
      await clearChecklist(database, cast);
      const ivo = await web.signIn(cast.ivo.email);
      const claimIt = await ready(cast);
      const [claim, finish] = await Promise.all([
        pause(claimAfter).then(() => timed(claimIt)),
        pause(completionAfter).then(() =>
          timed(() => ivo.post(`/offboarding/${cast.lena.id}/completion`, { token: randomUUID() })),
        ),
      ]);
      const [claimed, answer] = [claim.result, finish.result];
      expect([303, 409]).toContain(answer.status);
      expect(answer.status === 303).toBe(!claimed);
      expect(await isCompleted(cast.lena.id)).toBe(!claimed);
      expect(await heldBy(cast.lena.id)).toBe(claimed ? 1 : 0);
      // The one that ended before the other began wins.
      if (claim.ended < finish.began) expect(claimed).toBe(true);
      if (finish.ended < claim.began) expect(claimed).toBe(false);
    }
  });
});
