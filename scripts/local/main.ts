import { mkdirSync } from 'node:fs';
import { boot } from './boot.ts';
import { ignoredVariables } from './environment.ts';
import { takeLock } from './lock-file.ts';
import { stopLeftoverPostgres } from './postgres/start.ts';
import { checkPorts, readSettings, type Settings } from './settings.ts';
import { createSupervisor } from './supervisor.ts';
import { stopLeftoverTemporal } from './temporal/start.ts';

// Everything on one machine, until Ctrl-C. `npm start` ends here, on Lastday's own Node.

const say = (line: string) => console.log(line);
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
// The process that installed the packages and started this one is gone, and Ctrl-C with it.
process.on('disconnect', () => stopping.abort());
// A closed terminal or pipe must not keep the programs from being ended in order.
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
      `npm start runs PostgreSQL and Temporal of its own: ${ignored.join(', ')} not used. To use yours: npm run web, npm run worker`,
    );
  }
  // Root's PostgreSQL runs as another user, who must be able to enter.
  mkdirSync(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
  const claimed = await takeLock(dataDir, settings.url, say);
  const crew = createSupervisor(dataDir, stopping.signal, say);
  try {
    await Promise.all([stopLeftoverPostgres(dataDir, say), stopLeftoverTemporal(dataDir, say)]);
    const checked = await checkPorts(settings, say);
    const up = boot({ settings: checked, crew, claim: claimed, stopping: stopping.signal, say });
    up.catch(() => undefined); // Once stopping, nobody hears of what could not be brought up.
    const lines = await Promise.race([up, stopped]);
    for (const line of lines ?? []) say(line);
    await stopped;
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  } finally {
    await crew.stop();
    claimed.release();
  }
}
