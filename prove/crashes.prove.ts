import { describe, expect, it } from 'vitest';
import type { Cast } from '../test/support/cast.ts';
import { eventually } from '../test/support/engine.ts';
import { startReceiver } from '../test/support/receiver.ts';
import { subscribe } from '../test/support/webhooks.ts';
import { tell } from './account.ts';
import { completeStubbornly, signIn } from './crashes/asker.ts';
import { clearedLeaver, problemsWithCompletions, untilQuiet } from './crashes/completions.ts';
import { inWords, type Step, stepsOf } from './crashes/steps.ts';
import { type Strike, strikeAt } from './crashes/strikes.ts';
import { isCommit } from './machine/conversation.ts';
import { startMachine } from './machine/machine.ts';
import { randomFrom } from './random.ts';
import { seed } from './seed.ts';

const receiver = await startReceiver();
const machine = await startMachine();
await machine.untilHealthy();
await subscribe(machine.database, receiver.url, ['user.offboarded']);
const steps = await stepsOf(
  machine,
  6_000,
  async () => {
    const cast = await clearedLeaver(machine);
    return { cast, ivo: await signIn(machine, cast.ivo.email) };
  },
  async ({ cast, ivo }) => {
    await completeStubbornly(ivo, cast.lena.id);
    await untilQuiet(machine);
  },
);
const random = randomFrom(seed);

/** A leaver is completed while a strike waits for its step. Returns the leaver. */
async function completeThrough(step: Step, strike: Strike): Promise<Cast> {
  await machine.untilHealthy();
  const cast = await clearedLeaver(machine);
  const ivo = await signIn(machine, cast.ivo.email);
  const began = Date.now();
  const { hasCome, mended } = strikeAt(machine, step, strike);
  const asked = await completeStubbornly(ivo, cast.lena.id);
  const took = Date.now() - began;
  const came = await eventually(async () => hasCome(), 20_000).catch(() => false);
  await mended();
  tell(
    `${came ? '' : '(did not come) '}${inWords(step)}: completed after ${(took / 1000).toFixed(1)} s${asked > 1 ? `, asked ${asked} times` : ''}`,
  );
  return cast;
}

/** Nothing is stuck, and everything is there once; the receiver got each event under its own id, at least once. */
async function expectEverythingOnce(casts: readonly Cast[]) {
  await machine.untilHealthy();
  await untilQuiet(machine);
  expect(await problemsWithCompletions(machine, casts)).toEqual([]);
  const { rows } = await machine.pool.query<{ id: string; userId: number }>(
    `select id, (data->'user'->>'id')::int as "userId" from webhook_events where type = 'user.offboarded'`,
  );
  for (const { lena } of casts) {
    const received = receiver.received.filter(({ body }) => JSON.parse(body).data.user.id === lena.id);
    const ids = new Set(received.map(({ headers }) => headers['webhook-id']));
    expect(ids).toEqual(new Set(rows.filter(({ userId }) => userId === lena.id).map(({ id }) => id)));
  }
}

describe('killed at every step of a completion', () => {
  const alone: [string, Strike][] = [
    ['the worker', ['worker']],
    ['the web process', ['web']],
    ['PostgreSQL', ['postgres']],
    ['Temporal', ['temporal']],
  ];
  it.each(alone)('%s', async (_, strike) => {
    const casts: Cast[] = [];
    for (const step of steps) casts.push(await completeThrough(step, strike));
    await expectEverythingOnce(casts);
  });

  it('several together', async () => {
    const together: Strike[] = [
      ['worker', 'postgres'],
      ['web', 'worker'],
      ['postgres', 'temporal'],
      ['web', 'worker', 'temporal', 'postgres'],
    ];
    const casts: Cast[] = [];
    for (const step of steps) casts.push(await completeThrough(step, random.pick(together)));
    await expectEverythingOnce(casts);
  });
});

it('the connection cut before and after every COMMIT of a completion', async () => {
  const casts: Cast[] = [];
  const commits = steps.filter(({ statement }) => isCommit(statement));
  expect(commits.some(({ answered }) => answered)).toBe(true);
  for (const step of commits) casts.push(await completeThrough(step, []));
  await expectEverythingOnce(casts);
});
