import { afterAll, expect, test } from 'vitest';
import { connect } from '../../database/orm.ts';
import { createToken } from '../../database/tokens.ts';
import { apiAt, expectProblem } from '../support/api.ts';
import { makeCast } from '../support/cast.ts';
import { cuttableLine } from '../support/cuttable.ts';
import { ownDatabase } from '../support/database.ts';
import { startWeb } from '../support/web.ts';

const own = await ownDatabase();
const { lena } = await makeCast(own.database);
const { value } = await createToken(own.database.em, 'system', { name: 'hr', scopes: ['users:read'] });

async function webOverLine() {
  const { host, port } = new URL(own.url);
  const line = await cuttableLine(Number(port));
  const url = own.url.replace(host, `127.0.0.1:${line.port}`);
  const database = await connect(url);
  afterAll(() => database.close());
  return { line, start: () => startWeb({ ...own, database, url }) };
}

test('the web process comes up while the database is away', async () => {
  const { line, start } = await webOverLine();
  await line.cut();
  const web = await start();
  expect((await web.stranger().get('/ready')).status).toBe(503);
  await line.mend();
  expect((await web.stranger().get('/ready')).status).toBe(200);
});

test('while the database is away the API says so, and works again by itself when it is back', async () => {
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

  await line.mend();
  expect((await read()).status).toBe(200);
});
