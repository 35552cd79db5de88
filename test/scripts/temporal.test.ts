import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { afterEach, beforeEach, expect, inject, test, vi } from 'vitest';
import { startTemporal } from '../../scripts/local/temporal.ts';
import { findTemporalCli } from '../../scripts/local/temporal-cli.ts';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'lastday-temporal-'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dataDir, { recursive: true });
});

test('a server left behind is stopped, and closed workflows are kept for 90 days', async () => {
  const start = () => startTemporal({ dataDir, cli: inject('temporalCli'), log: () => {} });
  const leftBehind = await start();
  const running = await start();
  await leftBehind.ended;

  const connection = await Connection.connect({ address: running.address });
  const { config } = await connection.workflowService.describeNamespace({ namespace: 'default' });
  expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(90 * 24 * 60 * 60);
  await connection.close();
  await running.stop();
});

test('a named program that cannot be run is refused by the name of the variable', async () => {
  vi.stubEnv('TEMPORAL_CLI_PATH', '/nowhere/temporal');
  await expect(findTemporalCli(dataDir, () => {})).rejects.toThrow(
    'TEMPORAL_CLI_PATH names /nowhere/temporal',
  );
});

test('a named program that is too old is refused', async () => {
  const old = join(dataDir, 'temporal');
  writeFileSync(old, '#!/bin/sh\necho "temporal version 1.3.9 (Server 1.27.0)"\n', { mode: 0o755 });
  vi.stubEnv('TEMPORAL_CLI_PATH', old);
  await expect(findTemporalCli(dataDir, () => {})).rejects.toThrow('1.4 or later is needed');
});
