import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { endProcess, isAlive, isRunning, until } from '../../scripts/local/processes.ts';

test('a process is recognised by the words of its command line', async () => {
  const child = await start('setInterval(() => {}, 1000) // lastday-words');
  expect(isRunning(child.pid, 'lastday-words')).toBe(true);
  expect(isRunning(child.pid, 'lastday-words', 'others')).toBe(false);
  await endProcess(child.pid, 'SIGTERM', 5000);
  expect(isRunning(child.pid, 'lastday-words')).toBe(false);
});

test('a process that ignores the signal is killed', async () => {
  const child = await start(
    'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)',
  );
  await once(child.stdout, 'data');
  await endProcess(child.pid, 'SIGTERM', 200);
  expect(isAlive(child.pid)).toBe(false);
});

test('ending a process that has already ended is no error', async () => {
  const child = await start('0');
  await once(child, 'exit');
  await endProcess(child.pid, 'SIGTERM', 200);
});

test('waiting ends at its timeout', async () => {
  const began = Date.now();
  expect(await until(() => false, 100)).toBe(false);
  expect(Date.now() - began).toBeLessThan(2000);
});

async function start(script: string) {
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child, 'spawn');
  return child as typeof child & { pid: number };
}
