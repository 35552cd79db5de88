import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection, WorkflowClient } from '@temporalio/client';
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest';
import { findTemporalCli } from '../../scripts/local/temporal/cli.ts';
import { startTemporal } from '../../scripts/local/temporal/start.ts';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'lastday-temporal-'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dataDir, { recursive: true });
});

test('a server that was left behind is stopped, and its workflows are kept', async () => {
  const start = () => startTemporal({ dataDir, cli: inject('temporalCli'), log: () => {} });
  const leftBehind = await start();
  await withWorkflows(leftBehind.address, (workflows) =>
    workflows.start('anything', { workflowId: 'kept', taskQueue: 'nobody' }),
  );

  const running = await start();
  await leftBehind.ended;
  const { status } = await withWorkflows(running.address, (workflows) =>
    workflows.getHandle('kept').describe(),
  );
  expect(status.name).toBe('RUNNING');
  await running.stop();
});

/** A CLI that ends at once `times` times, as if its port were taken, and then starts the server. */
function failingCli(times: number): string {
  const cli = join(dataDir, 'failing-cli');
  const tries = join(dataDir, 'tries');
  const script = `#!/bin/sh
echo x >> ${tries}
[ "$(wc -l < ${tries})" -gt ${times} ] || { echo "panic: address already in use"; exit 2; }
exec ${inject('temporalCli')} "$@"
`;
  writeFileSync(cli, script, { mode: 0o755 });
  return cli;
}

test('a server that ends before it answers is started again', async () => {
  const { address, stop } = await startTemporal({ dataDir, cli: failingCli(2), log: () => {} });
  await withWorkflows(address, (workflows) => workflows.count("WorkflowType = 'anything'"));
  await stop();
});

test('a server that always ends fails the start with the end of its log', async () => {
  await expect(startTemporal({ dataDir, cli: failingCli(3), log: () => {} })).rejects.toThrow(
    'address already in use',
  );
});

test('a TEMPORAL_CLI_PATH that cannot be run is refused with the name of the variable', async () => {
  vi.stubEnv('TEMPORAL_CLI_PATH', '/nowhere/temporal');
  await expect(findTemporalCli(dataDir, () => {})).rejects.toThrow('TEMPORAL_CLI_PATH is /nowhere/temporal');
});

test('a TEMPORAL_CLI_PATH that is too old is refused', async () => {
  const old = join(dataDir, 'temporal');
  writeFileSync(old, '#!/bin/sh\necho "temporal version 1.3.9 (Server 1.27.0)"\n', { mode: 0o755 });
  vi.stubEnv('TEMPORAL_CLI_PATH', old);
  await expect(findTemporalCli(dataDir, () => {})).rejects.toThrow('Lastday needs 1.4 or later');
});

async function withWorkflows<T>(
  address: string,
  work: (workflows: WorkflowClient) => Promise<T>,
): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await work(new WorkflowClient({ connection }));
  } finally {
    await connection.close();
  }
}
