import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { makeLog } from '../../../config/log.ts';
import { type ConnectOptions, connect } from '../../../database/core/orm.ts';
import { serveMetrics } from '../../../metrics/server.ts';
import { freePort } from '../../../scripts/local/ports.ts';
import { eventually } from '../../../testing/cast/engine.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { scrape } from '../../../testing/servers/metrics.ts';
import { startTcpProxy } from '../../../testing/servers/tcp-proxy.ts';

const own = await ownDatabase();

/** Connects to the database through a TCP proxy that can stop responding. */
async function connectByProxy(options: ConnectOptions = {}) {
  const url = new URL(own.url);
  const line = await startTcpProxy(Number(url.port));
  url.port = String(line.port);
  return { line, database: await connect(url.href, options) };
}

test('a connection is not reused after a query timeout', async () => {
  const { line, database } = await connectByProxy({ queryTimeoutMs: 300 });
  const ask = () => database.em.fork().execute('select 1 as one');
  await ask();
  line.blackhole();
  await expect(ask()).rejects.toThrow('Query read timeout');
  expect(await ask()).toEqual([{ one: 1 }]);
  await database.close();
});

test('a statement stops waiting for a lock at the server after the caller’s timeout', async () => {
  const database = await connect(own.url, { queryTimeoutMs: 300 });
  const holder = new pg.Client(own.url);
  await holder.connect();
  await holder.query('begin');
  await holder.query('select from workspace for update');
  const ask = () => database.em.fork().execute('select from workspace for update');
  for (let tries = 0; tries < 3; tries++) await expect(ask()).rejects.toThrow('Query read timeout');
  await holder.query('select pg_sleep(2)');
  const waiting = await holder.query(
    `select pid from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))`,
  );
  await holder.end();
  await database.close();
  expect(waiting.rows).toEqual([]);
});

test('a transaction that exceeds the idle timeout fails, and the next one works', async () => {
  const database = await connect(own.url, { queryTimeoutMs: 8_000, idleInTransactionTimeoutMs: 200 });
  const silent = database.em.fork().transactional(async (em) => {
    await em.execute('select from workspace for update');
    await pause(700);
    await em.execute('select 1');
  });
  await expect(silent).rejects.toThrow();
  // Its lock is released.
  expect(await database.em.fork().execute('select 1 as one from workspace for update')).toEqual([{ one: 1 }]);
  await database.close();
});

test('the metrics reconnect after a connection without a query timeout stops responding', async () => {
  const { line, database } = await connectByProxy();
  const METRICS_PORT = await freePort();
  const stop = await serveMetrics({
    registry: new Registry(),
    database,
    environment: { METRICS_PORT, METRICS_HOST: '127.0.0.1' },
    log: makeLog('worker', 'silent'),
  });
  const isUp = async () => (await scrape(METRICS_PORT)).get('lastday_database_up');
  expect(await isUp()).toBe(1);
  line.blackhole();
  expect(await isUp()).toBe(0);
  await eventually(async () => (await isUp()) === 1);
  await stop();
  await database.close();
}, 30_000);
