import { spawn } from 'node:child_process';
import { chmodSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isAlive } from '../../scripts/local/processes.ts';
import { eventually } from '../../testing/cast/engine.ts';

test.each([
  ['while its servers start', 1, ''],
  ['when they run', 2, 'making up'],
])('a bench that is killed %s leaves no server and no folder behind', async (_, count, words) => {
  const folder = mkdtempSync(join(tmpdir(), 'lastday-interrupted-'));
  // PostgreSQL may run as another user, who must be able to enter the folder.
  chmodSync(folder, 0o711);
  const bench = spawn(process.execPath, ['bench/main.ts', '--users', '1000', '--leavers', '300'], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    bench.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  let output = '';
  bench.stdout.on('data', (text) => (output += text));
  const servers = () =>
    globSync(join(folder, '*', '{temporal.pid,postgres/postmaster.pid}')).map((file) =>
      Number(readFileSync(file, 'utf8').split('\n')[0]),
    );
  const isTime = () => servers().length >= count && output.includes(words);
  await eventually(async () => bench.exitCode !== null || isTime(), 60_000);
  const pids = servers();
  expect(pids.filter(isAlive).length).toBeGreaterThanOrEqual(count);
  bench.kill('SIGKILL');
  await eventually(async () => !pids.some(isAlive) && readdirSync(folder).length === 0, 30_000);
});
