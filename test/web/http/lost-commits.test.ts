import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { connect } from '../../../database/core/orm.ts';
import { Assignment, AuditEntry, Request } from '../../../database/entities/index.ts';
import { cutNextCommit } from '../../../prove/machine/statement-observer.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { startTcpProxy } from '../../../testing/servers/tcp-proxy.ts';
import { apiAt, expectProblem } from '../../../testing/web/api.ts';
import { startWeb } from '../../../testing/web/web.ts';

// The web process reaches PostgreSQL through a proxy that cuts a COMMIT, or its response.
const own = await ownDatabase();
const cast = await makeCast(own.database);
const line = await startTcpProxy(Number(new URL(own.url).port));
const overLine = new URL(own.url);
overLine.host = `127.0.0.1:${line.port}`;
const poolSize = 3;
const database = await connect(overLine.href, { poolSize });
afterAll(() => database.close());
const web = await startWeb({ ...own, database, url: overLine.href });
const { value: token } = await createToken(own.database.em, 'system', {
  name: 'hr',
  scopes: ['users:read', 'requests:write', 'imports:write'],
});
const em = () => own.database.em.fork();
const cutTimes = [
  { when: 'before', wasDone: false },
  { when: 'after', wasDone: true },
] as const;

describe.each(cutTimes)('a connection cut $when PostgreSQL receives the COMMIT', ({ when, wasDone }) => {
  test('makes the console say that the outcome is unknown', async () => {
    const { ivo, laptop } = await makeCast(own.database);
    const browser = await web.signIn(ivo.email);
    const isCut = cutNextCommit(line, when);
    const fields = { condition: 'good', nextStatus: 'in_stock', note: '' };
    const answer = await browser.post(`/assets/${laptop.id}/recovery`, fields);
    expect(isCut()).toBe(true);
    expect(answer.status).toBe(503);
    expect(answer.text).toContain('We couldn&#39;t confirm whether this was saved.');
    const assignment = await em().findOneOrFail(Assignment, { id: laptop.assignmentId });
    expect(assignment.returnedAt !== null).toBe(wasDone);
  });

  test('makes the API say so, and a retry with the same key runs it once', async () => {
    const call = apiAt(web.address, token);
    const item = `Headset ${when}`;
    const sent = { body: { item }, headers: { 'Idempotency-Key': randomUUID() } };
    const ask = () => call('POST', `/users/${cast.emil.externalId}/requests`, sent);
    const isCut = cutNextCommit(line, when);
    const lost = await ask();
    expect(isCut()).toBe(true);
    expectProblem(lost, 503, 'database-away');
    expect(lost.json.detail).toBe(
      "We couldn't confirm whether this was saved. Repeat the call with the same Idempotency-Key. It runs once.",
    );
    expect(await em().count(Request, { item })).toBe(wasDone ? 1 : 0);
    const again = await ask();
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotent-replayed')).toBe(wasDone ? 'true' : null);
    expect(await em().count(Request, { item })).toBe(1);
    expect(await em().count(AuditEntry, { action: 'request.created', details: { item } })).toBe(1);
  });
});

test('lost transactions give their connections back to the pool', async () => {
  const call = apiAt(web.address, token);
  const ask = () => call('POST', `/users/${cast.emil.externalId}/requests`, { body: { item: 'Lamp' } });
  for (let lost = 0; lost < poolSize; lost++) {
    cutNextCommit(line, lost % 2 === 0 ? 'before' : 'after');
    expect((await ask()).status).toBe(503);
  }
  expect((await ask()).status).toBe(201);
});

test('a read, and a call without a key, get fitting advice', async () => {
  const call = apiAt(web.address, token);
  const isCut = cutNextCommit(line, 'after');
  const lost = await call('POST', `/users/${cast.emil.externalId}/requests`, { body: { item: 'Chair' } });
  expect(isCut()).toBe(true);
  expect(lost.json.detail).toContain('Check before you repeat the call.');
  line.reset();
  line.faults.isBlackholed = true;
  const looking = call('GET', `/users/${cast.emil.externalId}`);
  while (line.connectionCount() === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  line.reset();
  line.faults.isBlackholed = false;
  expect(await looking).toMatchObject({ status: 503, json: { detail: 'Try again.' } });
});

test('the advice mentions no key where keys are not supported', async () => {
  const isCut = cutNextCommit(line, 'after');
  const lost = await apiAt(web.address, token)('POST', '/imports/users', {
    body: 'email,jobTitle\nnobody@x.example,Writer\n',
    headers: { 'Content-Type': 'text/csv', 'Idempotency-Key': randomUUID() },
  });
  expect(isCut()).toBe(true);
  expectProblem(lost, 503, 'database-away');
  expect(lost.json.detail).toBe(
    "We couldn't confirm whether this was saved. Check before you repeat the call.",
  );
});
