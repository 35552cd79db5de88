import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { prepareBundle } from './bundle.ts';
import type { TestServers } from './servers.ts';
import { prepareTemplate } from './template.ts';

/** The values that every test file can `inject`. */
declare module 'vitest' {
  interface ProvidedContext {
    /** The superuser in the database `postgres`, to create databases. */
    postgresAdminUrl: string;
    /** The owner and the application's role, in an empty database: replace its name. */
    postgresOwnerUrl: string;
    postgresAppUrl: string;
    temporalAddress: string;
    temporalUiUrl: string;
    /** The path of the Temporal CLI. */
    temporalCli: string;
    /** The workflow bundle for all workers of the run. */
    workflowBundlePath: string;
    /** Whether repeated tests take their long form, as in `npm run prove`. */
    long: boolean;
  }
}

/** Starts one PostgreSQL and one Temporal server for the whole run; returns a function that stops them. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const program = fileURLToPath(new URL('./servers.ts', import.meta.url));
  const child = spawn(process.execPath, [program], {
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  forgetOtherServers();
  try {
    await provideAll(project, await serversOf(child));
  } catch (error) {
    await tearDown();
    throw error;
  }
  return tearDown;

  async function tearDown(): Promise<void> {
    if (child.connected) child.disconnect();
    await ended;
  }
}

async function serversOf(child: ChildProcess): Promise<TestServers> {
  const noServers = once(child, 'exit').then(() => {
    throw new Error('The servers for the tests did not start: see above.');
  });
  const [servers] = await Promise.race([once(child, 'message'), noServers]);
  return servers;
}

async function provideAll(project: TestProject, servers: TestServers): Promise<void> {
  const { adminUrl, ownerUrl, appUrl, folder } = servers;
  const [workflowBundlePath] = await Promise.all([
    prepareBundle(folder),
    prepareTemplate(adminUrl, ownerUrl, appUrl),
  ]);
  project.provide('postgresAdminUrl', adminUrl);
  project.provide('postgresOwnerUrl', ownerUrl);
  project.provide('postgresAppUrl', appUrl);
  project.provide('temporalAddress', servers.address);
  project.provide('temporalUiUrl', servers.uiUrl);
  project.provide('temporalCli', servers.temporalCli);
  project.provide('workflowBundlePath', workflowBundlePath);
}

/** Deletes variables of the calling shell, so that no test reaches the developer's servers. */
function forgetOtherServers(): void {
  const names =
    /^(PG|TEMPORAL_|LASTDAY_|METRICS_|SDK_)|^(DATABASE_URL|MIGRATION_DATABASE_URL|SECRET_KEY|SMTP_URL|WEBHOOK_ALLOW|PUBLIC_URL|PORT|HOST)$/;
  for (const name of Object.keys(process.env)) if (names.test(name)) delete process.env[name];
}
