import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programEnvironment, withoutOtherServers } from './environment.ts';
import type { Lock } from './lock-file.ts';
import { type LocalPostgres, startPostgres } from './postgres/start.ts';
import { until } from './processes.ts';
import { startProgram } from './program.ts';
import { runScript } from './run-script.ts';
import type { Settings } from './settings.ts';
import { signInInstructions } from './sign-in.ts';
import type { Supervisor } from './supervisor.ts';
import { findTemporalCli } from './temporal/cli.ts';
import { type LocalTemporal, startTemporal } from './temporal/start.ts';

const checkout = fileURLToPath(new URL('../../', import.meta.url));

const readyTimeoutMs = 120_000;

/** A start with this many crashes is given up, because a retry will not help. */
const maxCrashes = 3;

export interface BootOptions {
  settings: Settings;
  supervisor: Supervisor;
  lock: Lock;
  stopping: AbortSignal;
  say: (line: string) => void;
}

/** The value that `npm run worker` sets. */
const threadsForLookups = { UV_THREADPOOL_SIZE: '64' };

/**
 * Starts PostgreSQL and Temporal, migrates the schema, fills the demo workspace, and starts the worker and the web
 * process. Returns the lines with their addresses. Rejects when a part does not start; the caller stops the supervisor.
 */
export async function boot({ settings, supervisor, lock, stopping, say }: BootOptions): Promise<string[]> {
  say('Starting PostgreSQL and Temporal');
  const workflows = join(settings.dataDir, 'workflows.js');
  const [[postgres, temporal]] = await Promise.all([
    startServers(settings, supervisor, say),
    runScript('bundle', [workflows], process.env, stopping),
  ]);
  const own = programEnvironment(settings, postgres, temporal);
  const scripts = { ...own, MIGRATION_DATABASE_URL: postgres.ownerUrl };
  const environment = { ...withoutOtherServers(process.env), ...scripts };

  say('Migrating the database');
  await runScript('migrate', [], environment, stopping);
  if (settings.demo) for (const line of await runScript('demo', [], environment, stopping)) say(line);

  say('Starting the worker and the web process');
  const programs: Record<string, number> = {};
  const start =
    (name: string, args: string[] = [], more: NodeJS.ProcessEnv = {}) =>
    async () => {
      const variables = { ...withoutOtherServers(process.env), ...own, ...more };
      const program = await startNode(name, args, settings, variables);
      programs[name] = program.pid;
      lock.update({ programs, environment: scripts });
      return program;
    };
  await supervisor.keep('worker', 'The worker', start('worker', [workflows], threadsForLookups));
  await supervisor.keep('web', 'The web process', start('web'));
  await untilHealthy(settings.url, supervisor);

  return [
    `Lastday is ready at ${settings.url}`,
    `Sign in: ${await signInInstructions(environment, stopping)}`,
    `Temporal UI: ${temporal.uiUrl}`,
    `Temporal: ${temporal.address}`,
    `PostgreSQL: ${postgres.appUrl}`,
  ];
}

function startServers(settings: Settings, supervisor: Supervisor, log: (line: string) => void) {
  const { dataDir } = settings;
  return Promise.all([
    supervisor.keep<LocalPostgres>('postgres', 'PostgreSQL', (before) =>
      startPostgres({ dataDir, port: before?.port ?? settings.postgresPort, log }),
    ),
    supervisor.keep<LocalTemporal>('temporal', 'The Temporal server', async (before) =>
      startTemporal({
        cli: await findTemporalCli(join(dataDir, 'programs'), log),
        dataDir,
        port: before?.port ?? settings.temporalPort,
        uiPort: settings.uiPort,
        log,
      }),
    ),
  ]);
}

function startNode(name: string, args: string[], { dataDir }: Settings, env: NodeJS.ProcessEnv) {
  return startProgram({
    name,
    command: process.execPath,
    args: [join(checkout, name, 'main.ts'), ...args],
    dataDir,
    env,
    cwd: checkout,
    channel: true,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 15_000,
  });
}

async function untilHealthy(url: string, supervisor: Supervisor): Promise<void> {
  let answer = 'nothing';
  const isHealthy = async () => {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(3000) }).catch(
      () => undefined,
    );
    if (response) answer = `${response.status} ${await response.text()}`;
    return response?.ok === true;
  };
  const settled = await until(
    async () => supervisor.crashes() >= maxCrashes || (await isHealthy()),
    readyTimeoutMs,
    100,
  );
  if (!settled) throw new Error(`Lastday didn't start. ${url}/health responded: ${answer}`);
  if (supervisor.crashes() >= maxCrashes)
    throw new Error("Lastday didn't start: its processes keep crashing. See their logs above.");
}
