import { closeSync, mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';

const dataDir = mkdtempSync(path.join(tmpdir(), 'lastday-logs-'));
const file = path.join(dataDir, 'logs', 'worker.log');
afterAll(() => rmSync(dataDir, { recursive: true }));

/** What a run of the local machine does: each program is started, and started again when it crashes. */
async function run(...outputs: string[]) {
  vi.resetModules();
  const { openLog } = await import('../../scripts/local/logs.ts');
  for (const output of outputs) {
    const log = openLog(dataDir, 'worker');
    writeSync(log, output);
    closeSync(log);
  }
}

test('a program that crashes again and again keeps its first words, and the log of the run before', async () => {
  await run('the run before\n');
  await run('the first cause\n', 'a follow-up\n', 'another\n');
  const log = readFileSync(file, 'utf8');
  expect(log).toMatch(/^the first cause\n/);
  expect(log).toMatch(/another\n$/);
  expect(log.match(/^--- started again at \d{4}-\d\d-\d\dT/gm)).toHaveLength(2);
  expect(readFileSync(`${file}.previous`, 'utf8')).toBe('the run before\n');
});
