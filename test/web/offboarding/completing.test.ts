import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { Offboarding } from '../../../database/entities/index.ts';
import type { Actor } from '../../../domain/actor.ts';
import { createConsoleClient, NotStarted } from '../../../engine/console-client.ts';
import { webMetrics } from '../../../metrics/web.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { ownEngine } from '../../../testing/cast/engine.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { completeOffboardingOf } from '../../../web/offboarding/complete-offboarding.ts';

const { database } = await ownDatabase();
const { connection, namespace, startWorker } = await ownEngine(database);
await startWorker();
const services = { database, engine: createConsoleClient(connection, namespace), metrics: webMetrics() };

const offboardingsOf = async (userId: number) =>
  (await database.em.fork().find(Offboarding, { userId })).map(({ state }) => state);

test('a completion that does not start leaves no offboarding behind', async () => {
  const { emil, lena } = await makeCast(database);
  // No workflow accepts this actor.
  const question = { actor: 'token:' as Actor, token: randomUUID() };
  await expect(completeOffboardingOf(services, emil.id, question)).rejects.toThrow(NotStarted);
  expect(await offboardingsOf(emil.id)).toEqual(['cancelled']);
  await expect(completeOffboardingOf(services, lena.id, question)).rejects.toThrow(NotStarted);
  expect(await offboardingsOf(lena.id)).toEqual(['open']);
});
