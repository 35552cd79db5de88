import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/engine.ts';

it('leaves nothing behind when it is killed in the middle', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lastday-interrupted-'));
  // PostgreSQL may run as another user, who must be able to enter.
  chmodSync(folder, 0o711);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const bench = spawn(process.execPath, ['bench/main.ts', '--users', '1000', '--leavers', '300'], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  bench.stdout.on('data', (text) => (said += text));
  const processes = () =>
    execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(folder));
  await eventually(async () => said.includes('making up'), 60_000);
  expect(processes().length).toBeGreaterThan(1);
  bench.kill('SIGKILL');
  await eventually(async () => processes().length === 0 && readdirSync(folder).length === 0, 20_000);
});
