import { once } from 'node:events';
import { afterAll, expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { connect } from '../../../database/core/orm.ts';
import { User } from '../../../database/entities/index.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { eventually } from '../../../testing/cast/engine.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { startTcpProxy } from '../../../testing/servers/tcp-proxy.ts';
import { startWebProcess } from '../../../testing/servers/web-process.ts';
import { apiAt, expectProblem } from '../../../testing/web/api.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { lena } = await makeCast(own.database);
const { value } = await createToken(own.database.em, 'system', { name: 'hr', scopes: ['users:read'] });

async function lineToDatabase() {
  const { host, port } = new URL(own.url);
  const line = await startTcpProxy(Number(port));
  return { line, url: own.url.replace(host, `127.0.0.1:${line.port}`) };
}

async function webOverLine() {
  const { line, url } = await lineToDatabase();
  const database = await connect(url);
  afterAll(() => database.close());
  return { line, start: () => startWeb({ ...own, database, url }) };
}

test('the web process starts while the database is down', async () => {
  const { line, start } = await webOverLine();
  await line.cut();
  const web = await start();
  expect((await web.stranger().get('/ready')).status).toBe(503);
  await line.restore();
  expect((await web.stranger().get('/ready')).status).toBe(200);
});

test('a web process adds the first super-admin after the database returns', async () => {
  const { line, url } = await lineToDatabase();
  await line.cut();
  const account = { email: 'first@lastday.example', password: 'a first long pass phrase' };
  const web = await startWebProcess({ url }, 'nowhere', {
    LASTDAY_ADMIN_EMAIL: account.email,
    LASTDAY_ADMIN_PASSWORD: account.password,
  });
  expect((await web.stranger().get('/ready')).status).toBe(503);
  await line.restore();
  // Only then sign in, because failed attempts are limited.
  await eventually(() => own.database.em.fork().findOne(User, { email: account.email }));
  expect((await web.stranger().post('/session', account)).status).toBe(303);
});

test("a web process exits when the first super-admin's password breaks the rules", async () => {
  const web = await startWebProcess(own, 'nowhere', {
    LASTDAY_ADMIN_EMAIL: 'second@lastday.example',
    LASTDAY_ADMIN_PASSWORD: 'password1234',
  });
  if (web.child.exitCode === null) await once(web.child, 'exit');
  expect(web.child.exitCode).toBe(1);
  await eventually(async () => web.lines.join().includes("LASTDAY_ADMIN_PASSWORD doesn't meet"));
});

test('the API answers 503 while the database is down, and recovers without a restart', async () => {
  const { line, start } = await webOverLine();
  const web = await start();
  const read = () => apiAt(web.address, value)('GET', `/users/${lena.externalId}`);
  expect((await read()).status).toBe(200);

  await line.cut();
  for (let tries = 0; tries < 3; tries++) {
    const away = await read();
    expectProblem(away, 503, 'database-away');
    expect(away.headers.get('retry-after')).toBe('5');
    expect(JSON.stringify(away.json)).not.toContain('ECONNREFUSED');
  }

  await line.restore();
  expect((await read()).status).toBe(200);
});
