import { rmSync } from 'node:fs';
import { postgresData } from '../../scripts/local/postgres/place.ts';
import { stopLeftoverPostgres } from '../../scripts/local/postgres/start.ts';
import { stopLeftoverTemporal } from '../../scripts/local/temporal/start.ts';
import type { WatchedServer } from './watchdog.ts';

// Kills the watched servers when the parent process ends, also by SIGKILL.

let watched: WatchedServer | null = null;
process.on('message', (message) => {
  watched = message === 'nothing' ? null : (message as WatchedServer);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);

process.once('disconnect', async () => {
  if (watched !== null) await cleanUp(watched);
  process.exit();
});

async function cleanUp({ dataDir, pids }: WatchedServer) {
  for (const pid of pids) kill(pid);
  const noLog = () => undefined;
  await Promise.allSettled([stopLeftoverPostgres(dataDir, noLog), stopLeftoverTemporal(dataDir, noLog)]);
  for (const folder of [postgresData(dataDir), dataDir])
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
}

function kill(pid: number) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has already ended.
  }
}
