import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programEnvironment, withoutOtherServers } from './environment.ts';
import type { Lock } from './lock-file.ts';
import { type LocalPostgres, startPostgres } from './postgres/start.ts';
import { until } from './processes.ts';
import { startProgram } from './program.ts';
import { runScript } from './run-script.ts';
import type { Settings } from './settings.ts';
import { signIn } from './sign-in.ts';
import type { Supervisor } from './supervisor.ts';
import { findTemporalCli } from './temporal/cli.ts';
import { type LocalTemporal, startTemporal } from './temporal/start.ts';

const checkout = fileURLToPath(new URL('../../', import.meta.url));

const READY_WITHIN = 120_000;

/** After so many unexpected ends before the first ready line, something is wrong that time will not mend. */
const DEATHS_TO_GIVE_UP = 3;

/** What bringing up the machine needs to be given. */
export interface BootOptions {
  settings: Settings;
  crew: Supervisor;
  claim: Lock;
  stopping: AbortSignal;
  say: (line: string) => void;
}

/** As `npm run worker` has it. */
const roomForLookups = { UV_THREADPOOL_SIZE: '64' };

/**
 * Brings everything up: servers, schema, demo workspace, worker and web. Returns the lines that say where it all is.
 * Rejects when a part does not come up; the crew is the caller's to stop.
 */
export async function boot({ settings, crew, claim, stopping, say }: BootOptions): Promise<string[]> {
  say('Starting PostgreSQL and Temporal');
  const workflows = join(settings.dataDir, 'workflows.js');
  const [[postgres, temporal]] = await Promise.all([
    startServers(settings, crew, say),
    runScript('bundle', [workflows], process.env, stopping),
  ]);
  const own = programEnvironment(settings, postgres, temporal);
  const scripts = { ...own, MIGRATION_DATABASE_URL: postgres.ownerUrl };
  const environment = { ...withoutOtherServers(process.env), ...scripts };

  say('Bringing the database up to date');
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
      claim.update({ programs, environment: scripts });
      return program;
    };
  await crew.keep('worker', 'The worker', start('worker', [workflows], roomForLookups));
  await crew.keep('web', 'The web process', start('web'));
  await untilHealthy(settings.url, crew);

  return [
    `Lastday is ready at ${settings.url}`,
    `Sign in: ${await signIn(environment, stopping)}`,
    `Temporal UI: ${temporal.uiUrl}`,
    `Temporal: ${temporal.address}`,
    `PostgreSQL: ${postgres.appUrl}`,
  ];
}

function startServers(settings: Settings, crew: Supervisor, log: (line: string) => void) {
  const { dataDir } = settings;
  return Promise.all([
    crew.keep<LocalPostgres>('postgres', 'PostgreSQL', (before) =>
      startPostgres({ dataDir, port: before?.port ?? settings.postgresPort, log }),
    ),
    crew.keep<LocalTemporal>('temporal', "Temporal's server", async (before) =>
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
    endsBy: 'SIGTERM',
    patience: 15_000,
  });
}

async function untilHealthy(url: string, crew: Supervisor): Promise<void> {
  let answer = 'nothing';
  const isHealthy = async () => {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(3000) }).catch(
      () => undefined,
    );
    if (response) answer = `${response.status} ${await response.text()}`;
    return response?.ok === true;
  };
  const settled = await until(
    async () => crew.crashes() >= DEATHS_TO_GIVE_UP || (await isHealthy()),
    READY_WITHIN,
    100,
  );
  if (!settled) throw new Error(`Lastday did not become ready. ${url}/health answers ${answer}`);
  if (crew.crashes() >= DEATHS_TO_GIVE_UP)
    throw new Error('Lastday did not become ready: its parts end again and again.');
}
