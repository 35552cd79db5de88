import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { postgresData } from '../../scripts/local/postgres/place.ts';
import { type LocalPostgres, startPostgres } from '../../scripts/local/postgres/start.ts';
import { isAlive } from '../../scripts/local/processes.ts';

let dataDir: string;
let running: LocalPostgres;

const start = () => startPostgres({ dataDir, durable: false, log: () => {} });
const pidFile = () => join(postgresData(dataDir), 'postmaster.pid');

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'lastday-postgres-'));
  chmodSync(dataDir, 0o711);
  running = await start();
});

afterAll(async () => {
  await running.stop();
  rmSync(postgresData(dataDir), { recursive: true });
  rmSync(dataDir, { recursive: true });
});

test("the application's role does not own the database and is no superuser", async () => {
  const [row] = await query(
    running.appUrl,
    `SELECT current_user AS me, rolsuper, rolcreaterole, rolcreatedb, pg_get_userbyid(datdba) AS owner
       FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()`,
  );
  expect(row).toEqual({
    me: 'lastday',
    rolsuper: false,
    rolcreaterole: false,
    rolcreatedb: false,
    owner: 'lastday_owner',
  });
});

test('a wrong password is refused', async () => {
  const url = running.appUrl.replace(/:[^:@]+@/, ':wrong@');
  await expect(query(url, 'SELECT 1')).rejects.toThrow('password authentication failed');
});

test('only their owner can read the passwords', () => {
  expect(statSync(join(dataDir, 'secrets', 'lastday')).mode & 0o777).toBe(0o600);
  expect(statSync(join(dataDir, 'secrets')).mode & 0o777).toBe(0o700);
});

test('a server that was left behind is stopped, and its data is kept', async () => {
  await query(running.ownerUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
  const leftBehind = running;
  running = await start();
  await leftBehind.ended;
  expect(running.pid).not.toBe(leftBehind.pid);
  expect(await query(running.ownerUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
});

test('a killed server recovers its data', async () => {
  process.kill(running.pid, 'SIGKILL');
  running = await start();
  expect(await query(running.ownerUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
});

test('a pid file with the id of another program stops neither that program nor the start', async () => {
  const other = spawn('sleep', ['60']);
  await once(other, 'spawn');
  const lines = readFileSync(pidFile(), 'utf8').split('\n');
  await running.stop();
  writeFileSync(pidFile(), [String(other.pid), ...lines.slice(1)].join('\n'));
  running = await start();
  expect(isAlive(other.pid as number)).toBe(true);
  other.kill();
});

async function query(url: string, text: string) {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
