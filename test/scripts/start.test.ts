import { afterAll, beforeAll, expect, test } from 'vitest';
import { readInstance } from '../../config/local-instance.ts';
import { isAlive, until } from '../../scripts/local/processes.ts';
import { ownInstance, type Started, timeoutMs, untilReady } from './starting.ts';

const place = await ownInstance();
let machine: Started;

beforeAll(async () => {
  machine = place.start();
  await untilReady(machine);
});

afterAll(async () => {
  await machine.end('SIGTERM');
  place.remove();
});

test('it prints all addresses on five lines', () => {
  const ready = machine.output.slice(machine.output.indexOf('Lastday is ready')).trimEnd().split('\n');
  expect(ready).toEqual([
    `Lastday is ready at http://127.0.0.1:${place.port}`,
    expect.stringMatching(new RegExp(`^Sign in: http://127\\.0\\.0\\.1:${place.port}/\\S+$`)),
    expect.stringMatching(/^Temporal UI: http:\/\/127\.0\.0\.1:\d+$/),
    expect.stringMatching(/^Temporal: 127\.0\.0\.1:\d+$/),
    expect.stringMatching(/^PostgreSQL: postgresql:\/\/lastday:\S+@127\.0\.0\.1:\d+\/lastday$/),
  ]);
});

test('a second start prints the address of the first one', async () => {
  const second = place.start();
  expect(await second.code).toBe(1);
  expect(second.output).toContain(`already running at http://127.0.0.1:${place.port}`);
});

test('a killed worker is reported and restarted', async () => {
  const killed = readInstance(place.dataDir)?.programs.worker as number;
  process.kill(killed, 'SIGKILL');
  const worker = () => readInstance(place.dataDir)?.programs.worker as number;
  expect(await until(() => worker() !== killed && isAlive(worker()), timeoutMs)).toBe(true);
  expect(machine.output).toContain('The worker stopped unexpectedly and is being restarted');
});
