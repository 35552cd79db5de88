import { chmodSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataFolder } from '../../config/local-instance.ts';
import { postgresData } from '../../scripts/local/postgres/place.ts';
import { startPostgres } from '../../scripts/local/postgres/start.ts';
import { findTemporalCli } from '../../scripts/local/temporal/cli.ts';
import { startTemporal } from '../../scripts/local/temporal/start.ts';

// A separate process for the servers of one test run. It stops them when the run ends in any way, because on Ctrl-C
// vitest exits without a teardown.

/** The message of this process when the servers are ready. */
export interface TestServers {
  adminUrl: string;
  ownerUrl: string;
  appUrl: string;
  address: string;
  uiUrl: string;
  temporalCli: string;
  /** For files of this run. */
  folder: string;
}

const folder = mkdtempSync(join(parentFolder(), 'lastday-test-'));
// PostgreSQL may run as another user, who needs access.
chmodSync(folder, 0o711);

const log = (line: string) => console.log(line);
const postgres = startPostgres({ dataDir: folder, durable: false, log });
const temporalCli = findTemporalCli(join(dataFolder(), 'programs'), log);
const temporal = temporalCli.then((cli) => startTemporal({ dataDir: folder, cli, log }));

process.once('disconnect', end);
try {
  const [{ adminUrl, ownerUrl, appUrl }, { address, uiUrl }] = await Promise.all([postgres, temporal]);
  const servers: TestServers = {
    adminUrl,
    ownerUrl,
    appUrl,
    address,
    uiUrl,
    temporalCli: await temporalCli,
    folder,
  };
  if (process.connected) process.send?.(servers);
} catch (error) {
  console.error((error as Error).message);
  await end();
}

/** Memory, where it has room, because each test file copies a database. A container often has only 64 MB of it. */
function parentFolder(): string {
  const memory = '/dev/shm';
  const neededBytes = 2 ** 30;
  try {
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize > neededBytes ? memory : tmpdir();
  } catch {
    return tmpdir();
  }
}

async function end(): Promise<void> {
  for (const server of await Promise.allSettled([postgres, temporal])) {
    if (server.status === 'fulfilled') await server.value.stop();
  }
  rmSync(postgresData(folder), { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  process.exit();
}
