import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { logFile } from '../../scripts/local/logs.ts';
import { isAlive, until } from '../../scripts/local/processes.ts';
import { startProgram } from '../../scripts/local/program.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'lastday-program-'));
afterAll(() => rmSync(dataDir, { recursive: true }));

const start = (name: string, script: string, command = process.execPath) =>
  startProgram({
    name,
    command,
    args: ['-e', script],
    dataDir,
    env: { GREETING: 'hello' },
    cwd: '/',
    channel: true,
    stopSignal: 'SIGINT',
    stopTimeoutMs: 300,
  });
const logOf = (name: string) => readFileSync(logFile(dataDir, name), 'utf8');

test('a program writes to its log and gets only its own variables', async () => {
  const program = await start('writer', 'console.log(process.env.GREETING, process.env.PATH)');
  await program.ended;
  expect(program.hasEnded()).toBe(true);
  expect(logOf('writer')).toContain('hello undefined');
});

test('a program that ignores its stop signal is killed', async () => {
  const program = await start(
    'stubborn',
    'process.on("SIGINT", () => console.log("asked")); console.log("up"); setInterval(() => {}, 1000)',
  );
  expect(await until(() => logOf('stubborn').includes('up'), 10_000)).toBe(true);
  expect(program.hasEnded()).toBe(false);
  await program.stop();
  expect(isAlive(program.pid)).toBe(false);
  expect(logOf('stubborn')).toContain('asked');
  await program.stop();
});

test('a missing program is an error', async () => {
  await expect(start('nowhere', '', '/no/such/program')).rejects.toThrow('ENOENT');
});
