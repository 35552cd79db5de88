import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { instanceFile, readInstance, withLocalInstance } from '../../config/local-instance.ts';
import { takeLock } from '../../scripts/local/lock-file.ts';
import { isAlive } from '../../scripts/local/processes.ts';

const url = 'http://127.0.0.1:3000';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastday-lock-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test('a folder that a running instance has locked is refused with its address', async () => {
  const other = await program('scripts/local/main.ts');
  writeInstance({ pid: other.pid });
  await expect(takeLock(folder, url, () => {})).rejects.toThrow(
    `already running at ${url} (process ${other.pid})`,
  );
  other.kill();
});

test('a lock whose process id belongs to another program is taken over', async () => {
  const other = await program('something/else.ts');
  writeInstance({ pid: other.pid });
  await takeLock(folder, url, () => {});
  expect(readInstance(folder)?.pid).toBe(process.pid);
  expect(isAlive(other.pid)).toBe(true);
  other.kill();
});

test('the web and worker process of a killed instance are ended first', async () => {
  const web = await program('web/main.ts');
  const other = await program('something/else.ts');
  writeInstance({ pid: 2 ** 22 + 1, programs: { web: web.pid, worker: other.pid } });
  await takeLock(folder, url, () => {});
  expect(isAlive(web.pid)).toBe(false);
  expect(isAlive(other.pid)).toBe(true);
  other.kill();
});

test('a script in another terminal finds the database, and only its owner can read the file', async () => {
  const lock = await takeLock(folder, url, () => {});
  lock.update({ environment: { DATABASE_URL: 'postgresql://here' } });
  expect(statSync(instanceFile(folder)).mode & 0o777).toBe(0o600);
  expect(withLocalInstance({ LASTDAY_DATA: folder }).DATABASE_URL).toBe('postgresql://here');
  const named = { LASTDAY_DATA: folder, DATABASE_URL: 'postgresql://there' };
  expect(withLocalInstance(named).DATABASE_URL).toBe('postgresql://there');
  lock.release();
  expect(withLocalInstance({ LASTDAY_DATA: folder }).DATABASE_URL).toBeUndefined();
});

function writeInstance(instance: object) {
  writeFileSync(instanceFile(folder), JSON.stringify({ url, programs: {}, environment: {}, ...instance }));
}

/** Starts a process with that path in its command line. */
async function program(path: string) {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', path], { stdio: 'ignore' });
  await once(child, 'spawn');
  return child as typeof child & { pid: number };
}
