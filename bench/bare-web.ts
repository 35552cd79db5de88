import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { type BareRequest, taskQueue } from './bare.ts';
import { transact } from './bare-transaction.ts';
import { askToTransact, tell } from './bare-workflows.ts';
import { statementsBeforeUpdate, statementsOfEndDate } from './statements.ts';

// A web process without Lastday's code. It measures the cost of HTTP, PostgreSQL and Temporal alone.

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS! });
const client = new Client({ connection });

const server = createServer(async (request, response) => {
  try {
    await answer(await bodyOf(request));
    response.writeHead(204).end();
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());

async function bodyOf(request: IncomingMessage): Promise<BareRequest> {
  let body = '';
  for await (const part of request) body += part;
  return JSON.parse(body);
}

async function answer({ what, userId, workflowId }: BareRequest): Promise<void> {
  if (what === 'move') {
    await transact(pool, userId, statementsOfEndDate);
    const start = { taskQueue, workflowId, signal: tell, signalArgs: [[1, 2, 3]] as [number[]] };
    await client.workflow.signalWithStart('bare', start);
  } else {
    for (let i = 0; i < statementsBeforeUpdate; i++)
      await pool.query('select id from users where id = $1', [userId]);
    await client.workflow.getHandle(workflowId).executeUpdate(askToTransact);
  }
}
