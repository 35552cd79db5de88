import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readInstance } from '../../config/local-instance.ts';
import { isAlive } from '../../scripts/local/processes.ts';
import { ownInstance, untilReady } from './starting.ts';

const place = await ownInstance();
const { dataDir } = place;
afterAll(place.remove);

test('a killed instance starts again and leaves no process behind after its end', async () => {
  const machine = place.start();
  await untilReady(machine);
  const left = readInstance(dataDir);
  await machine.end('SIGKILL');
  const again = place.start();
  expect(await untilReady(again)).toBe(true);
  expect(again.output).toContain('The last run was killed. Cleaning up');

  const { programs = {} } = readInstance(dataDir) ?? {};
  const servers = [pidIn('postgres/postmaster.pid'), pidIn('temporal.pid')];
  expect(await again.end('SIGTERM')).toBe(0);
  const all = [...Object.values(left?.programs ?? {}), ...Object.values(programs), ...servers];
  expect(all.filter(isAlive)).toEqual([]);
});

const pidIn = (file: string) => Number(readFileSync(join(dataDir, file), 'utf8').split('\n')[0]);
