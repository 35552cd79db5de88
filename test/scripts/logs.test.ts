import { closeSync, mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';

const dataDir = mkdtempSync(path.join(tmpdir(), 'lastday-logs-'));
const file = path.join(dataDir, 'logs', 'worker.log');
afterAll(() => rmSync(dataDir, { recursive: true }));

/** Opens the log as a run does: once for the start, and again after each crash. */
async function run(...outputs: string[]) {
  vi.resetModules();
  const { openLog } = await import('../../scripts/local/logs.ts');
  for (const output of outputs) {
    const log = openLog(dataDir, 'worker');
    writeSync(log, output);
    closeSync(log);
  }
}

test('a program that crashes repeatedly keeps its first output and the log of the previous run', async () => {
  await run('the run before\n');
  await run('the first cause\n', 'a follow-up\n', 'another\n');
  const log = readFileSync(file, 'utf8');
  expect(log).toMatch(/^the first cause\n/);
  expect(log).toMatch(/another\n$/);
  expect(log.match(/^--- started again at \d{4}-\d\d-\d\dT/gm)).toHaveLength(2);
  expect(readFileSync(`${file}.previous`, 'utf8')).toBe('the run before\n');
});
