import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort, isFree, isServed, nextFreePort } from '../../scripts/local/ports.ts';
import { checkPorts, readSettings } from '../../scripts/local/settings.ts';

const server = createServer();
let taken: number;

beforeEach(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  taken = (server.address() as { port: number }).port;
});

afterEach(() => {
  server.close();
});

test('a port on which a server listens is not free', async () => {
  expect(await isFree(taken)).toBe(false);
  expect(await isServed(taken)).toBe(true);
});

test('a free port is free', async () => {
  const port = await freePort();
  expect(await isFree(port)).toBe(true);
  expect(await isServed(port)).toBe(false);
});

test('the next free port is the wanted one or one above it', async () => {
  expect(await nextFreePort(taken)).toBeGreaterThan(taken);
  const port = await freePort();
  expect(await nextFreePort(port)).toBe(port);
});

test('a start on a taken port is refused with the name of the variable', async () => {
  const settings = readSettings({ PORT: String(taken) });
  await expect(checkPorts(settings, () => {})).rejects.toThrow(`Port ${taken} (PORT) is taken`);
});

test('the Temporal UI moves to the next free port, and that is logged', async () => {
  const lines: string[] = [];
  const settings = readSettings({ PORT: String(await freePort()), TEMPORAL_UI_PORT: String(taken) });
  const checked = await checkPorts(settings, (line) => lines.push(line));
  expect(checked.uiPort).toBeGreaterThan(taken);
  expect(lines).toEqual([
    `Port ${taken} (TEMPORAL_UI_PORT) is taken, so the Temporal UI uses ${checked.uiPort}`,
  ]);
});

test('a variable that is no port is refused by its name', () => {
  expect(() => readSettings({ PORT: 'web' })).toThrow('PORT is "web"');
  expect(() => readSettings({ TEMPORAL_UI_PORT: '70000' })).toThrow('TEMPORAL_UI_PORT is "70000"');
});
