import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '../database/core/orm.ts';
import { secretBox } from '../database/core/secret-box.ts';
import { WebhookEndpoint } from '../database/entities/index.ts';
import { createUser } from '../database/people/users.ts';
import { createEndpoint } from '../database/webhooks/endpoints.ts';
import { throughputOf } from './clock.ts';
import { type BenchEnvironment, secretKey } from './environment.ts';
import type { Row } from './report.ts';
import { visit } from './visitor.ts';

const endpoints = 100;
const concurrency = 20;

/** Measures a completion that a hundred endpoints receive, against as many bare POSTs to the same receiver. */
export async function measureFanOut(environment: BenchEnvironment): Promise<Row[]> {
  let received = 0;
  const server = createServer(async (request, response) => {
    for await (const _ of request);
    received++;
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;

  const database = await connect(environment.databaseUrl);
  for (let i = 0; i < endpoints; i++) {
    const fields = { url: `${url}?${i}`, description: null, eventTypes: ['user.offboarded' as const] };
    await createEndpoint(database.em, 'system', fields, secretBox(secretKey));
  }
  const userId = await createUser(database.em, 'system', {
    name: 'Bench Leaver',
    email: `${randomUUID()}@bench.example`,
  });
  const visitor = await visit(environment);
  const body = JSON.stringify({ type: 'user.offboarded', data: { user: { id: userId } } });
  const bare = await throughputOf(endpoints, concurrency, async () => {
    await (await fetch(url, { method: 'POST', body })).arrayBuffer();
  });
  received = 0;
  const ours = await throughputOf(
    1,
    1,
    async () => void (await visitor.post(`/offboarding/${userId}/completion`, { token: randomUUID() })),
    async () => {
      while (received < endpoints) await pause(10);
    },
  );
  await database.em.fork().nativeUpdate(WebhookEndpoint, {}, { state: 'deleted' });
  await database.close();
  server.closeAllConnections();
  server.close();
  return [
    {
      what: `webhooks of one completion to ${endpoints} endpoints`,
      ours: ours * endpoints,
      limit: bare,
      limitIs: 'bare HTTP POST',
    },
  ];
}
