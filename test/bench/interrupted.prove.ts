import { spawn } from 'node:child_process';
import { chmodSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { isAlive } from '../../scripts/local/processes.ts';
import { eventually } from '../../testing/cast/engine.ts';

it.each([
  ['while its servers start', 1, ''],
  ['when they run', 2, 'making up'],
])('is killed %s, and leaves no server and no folder behind', async (_, count, words) => {
  const folder = mkdtempSync(join(tmpdir(), 'lastday-interrupted-'));
  // PostgreSQL may run as another user, who must be able to enter.
  chmodSync(folder, 0o711);
  const bench = spawn(process.execPath, ['bench/main.ts', '--users', '1000', '--leavers', '300'], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    bench.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  let said = '';
  bench.stdout.on('data', (text) => (said += text));
  const servers = () =>
    globSync(join(folder, '*', '{temporal.pid,postgres/postmaster.pid}')).map((file) =>
      Number(readFileSync(file, 'utf8').split('\n')[0]),
    );
  const isTime = () => servers().length >= count && said.includes(words);
  await eventually(async () => bench.exitCode !== null || isTime(), 60_000);
  const pids = servers();
  expect(pids.filter(isAlive).length).toBeGreaterThanOrEqual(count);
  bench.kill('SIGKILL');
  await eventually(async () => !pids.some(isAlive) && readdirSync(folder).length === 0, 30_000);
});
