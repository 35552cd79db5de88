import { mkdirSync } from 'node:fs';
import { boot } from './boot.ts';
import { ignoredVariables } from './environment.ts';
import { takeLock } from './lock-file.ts';
import { stopLeftoverPostgres } from './postgres/start.ts';
import { checkPorts, readSettings, type Settings } from './settings.ts';
import { createSupervisor } from './supervisor.ts';
import { stopLeftoverTemporal } from './temporal/start.ts';

// Runs everything on one machine until Ctrl-C. `npm start` starts it on Lastday's own Node.

const say = (line: string) => console.log(line);
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
// The parent process has ended, and Ctrl-C no longer reaches this one.
process.on('disconnect', () => stopping.abort());
// A closed terminal or pipe must not prevent an orderly shutdown.
process.stdout.on('error', () => undefined);

const stopped = new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve()));

try {
  await run(readSettings());
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
process.exit();

async function run(settings: Settings): Promise<void> {
  const { dataDir } = settings;
  const ignored = ignoredVariables(process.env);
  if (ignored.length > 0) {
    say(
      `npm start runs its own PostgreSQL and Temporal and ignores ${ignored.join(', ')}. To use yours, run npm run web and npm run worker`,
    );
  }
  // If this process is root, PostgreSQL runs as another user, who must be able to enter the folder.
  mkdirSync(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
  const lock = await takeLock(dataDir, settings.url, say);
  const supervisor = createSupervisor(dataDir, stopping.signal, say);
  try {
    await Promise.all([stopLeftoverPostgres(dataDir, say), stopLeftoverTemporal(dataDir, say)]);
    const checked = await checkPorts(settings, say);
    const up = boot({ settings: checked, supervisor, lock, stopping: stopping.signal, say });
    up.catch(() => undefined); // After a stop, a failed start is not reported.
    const lines = await Promise.race([up, stopped]);
    for (const line of lines ?? []) say(line);
    await stopped;
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  } finally {
    await supervisor.stop();
    lock.release();
  }
}
