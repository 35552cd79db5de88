import { inject, test } from 'vitest';
import { makeCast } from '../../testing/cast/cast.ts';
import { eventually, ownEngine } from '../../testing/cast/engine.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { startTcpProxy } from '../../testing/servers/tcp-proxy.ts';
import { startWorkerProcess } from '../../testing/servers/worker-process.ts';

const own = await ownDatabase();
const { database } = own;
const { namespace, isFollowed } = await ownEngine(database);

/** Whether all unsent outbox rows of an offboarding are locked. */
async function areLocked(offboardingId: number): Promise<boolean> {
  const changes = `select id from outbox where offboarding_id = ${offboardingId} and sent_at is null`;
  const look = (query: string) => database.em.fork().transactional((em) => em.execute(query));
  const all = await look(changes);
  return all.length > 0 && (await look(`${changes} for update skip locked`)).length === 0;
}

// Its machine has lost power or network, so PostgreSQL does not learn that it has ended.
test('the locks of a vanished worker are taken over within 90 seconds', async () => {
  const toDatabase = await startTcpProxy(Number(new URL(own.url).port));
  const toEngine = await startTcpProxy(Number(inject('temporalAddress').split(':')[1]));
  const url = new URL(own.url);
  url.port = String(toDatabase.port);
  const variables = { TEMPORAL_ADDRESS: `127.0.0.1:${toEngine.port}` };
  const vanishing = startWorkerProcess({ url: url.href }, namespace, variables);
  const before = await makeCast(database);
  await eventually(() => isFollowed(before.offboardingId), 20_000);
  // Temporal is silent, so the relay waits with locked rows of a new leaver.
  toEngine.blackhole();
  const cast = await makeCast(database);
  await eventually(() => areLocked(cast.offboardingId));
  toDatabase.halfOpen();
  await vanishing.kill();
  startWorkerProcess(own, namespace);
  await eventually(async () => (await makesProgress()) && true, 20_000);
  if (await isFollowed(cast.offboardingId)) throw new Error('The relay had locked nothing.');
  await eventually(() => isFollowed(cast.offboardingId), 90_000);

  /** The next worker processes rows that are not locked. */
  async function makesProgress() {
    const { offboardingId } = await makeCast(database);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    return isFollowed(offboardingId);
  }
}, 150_000);
