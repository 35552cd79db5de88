import { rmSync } from 'node:fs';
import { postgresData } from '../../scripts/local/postgres/place.ts';
import { stopLeftoverPostgres } from '../../scripts/local/postgres/start.ts';
import { stopLeftoverTemporal } from '../../scripts/local/temporal/start.ts';
import type { WatchedServer } from './watchdog.ts';

// Ends what it was told of when whoever has started it is gone, however that came.

let guarded: WatchedServer | null = null;
process.on('message', (message) => {
  guarded = message === 'nothing' ? null : (message as WatchedServer);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);

process.once('disconnect', async () => {
  if (guarded !== null) await clearUp(guarded);
  process.exit();
});

async function clearUp({ dataDir, pids }: WatchedServer) {
  for (const pid of pids) kill(pid);
  const quietly = () => undefined;
  await Promise.allSettled([stopLeftoverPostgres(dataDir, quietly), stopLeftoverTemporal(dataDir, quietly)]);
  for (const folder of [postgresData(dataDir), dataDir])
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}

function kill(pid: number) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
