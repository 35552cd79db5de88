import { once } from 'node:events';
import { expect, inject, test } from 'vitest';
import { makeCast } from '../../testing/cast/cast.ts';
import { ownEngine } from '../../testing/cast/engine.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { startTcpProxy } from '../../testing/servers/tcp-proxy.ts';
import { startWorkerProcess } from '../../testing/servers/worker-process.ts';

const own = await ownDatabase();
const { database } = own;
const { namespace } = await ownEngine(database);

test.concurrent.each([
  ['database', ['database']],
  ['engine', ['engine']],
  ['database and engine', ['database', 'engine']],
])(
  'the worker exits within its shutdown timeout while its %s is silent',
  async (_, silent) => {
    const toDatabase = await startTcpProxy(Number(new URL(own.url).port));
    const toEngine = await startTcpProxy(Number(inject('temporalAddress').split(':')[1]));
    const url = new URL(own.url);
    url.port = String(toDatabase.port);
    const variables = { TEMPORAL_ADDRESS: `127.0.0.1:${toEngine.port}` };
    const { child, untilAlive } = startWorkerProcess({ url: url.href }, namespace, variables, {
      endTimeoutMs: 1_400,
    });
    await untilAlive();
    if (silent.includes('database')) toDatabase.blackhole();
    if (silent.includes('engine')) toEngine.blackhole();
    for (let i = 0; i < 3; i++) await makeCast(database);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const ended = once(child, 'exit');
    const toldAt = Date.now();
    child.kill('SIGTERM');
    await ended;
    expect(Date.now() - toldAt).toBeLessThan(6_000);
  },
  60_000,
);
