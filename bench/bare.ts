import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import pg from 'pg';
import { transact } from './bare-transaction.ts';
import { ask, type BareActivities, bare, tell } from './bare-workflows.ts';
import { statementsOfCompletion } from './statements.ts';

const createBareActivities = (pool: pg.Pool): BareActivities => ({
  async nothing() {
    return 'done';
  },
  async transact() {
    await transact(pool, 1, statementsOfCompletion);
    return 'done';
  },
});

export const taskQueue = 'bench-bare';

/** A request to the bare web process: a new end date, or a completion. */
export interface BareRequest {
  what: 'move' | 'complete';
  userId: number;
  workflowId: string;
}

/** Starts a worker and a web process without Lastday's code. Their figures are the limits for Lastday's. */
export async function bareEngine(address: string, databaseUrl: string) {
  const pool = new pg.Pool({ connectionString: databaseUrl });
  Runtime.install({ logger: new DefaultLogger('WARN') });
  const workerConnection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection: workerConnection,
    taskQueue,
    activities: createBareActivities(pool),
    workflowsPath: fileURLToPath(new URL('./bare-workflows.ts', import.meta.url)),
    maxCachedWorkflows: 300,
  });
  const running = worker.run();
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const web = await bareWeb(address, databaseUrl);

  return {
    /** Starts a workflow that waits for messages. */
    start: (id: string) => client.workflow.start(bare, { taskQueue, workflowId: id }),
    /** Sends one Update with one activity. */
    update: (id: string) => client.workflow.getHandle(id).executeUpdate(ask),
    /** Sends one signalWithStart to a new workflow id. */
    signalWithStart: (id: string) =>
      client.workflow.signalWithStart(bare, {
        taskQueue,
        workflowId: id,
        signal: tell,
        signalArgs: [[1, 2, 3]],
      }),
    /** Sends a request over the same path as Lastday's (HTTP, PostgreSQL, Temporal), without Lastday's code. */
    askWeb: web.ask,
    async stop() {
      web.stop();
      worker.shutdown();
      await running;
      await connection.close();
      await pool.end();
      await workerConnection.close();
    },
  };
}

async function bareWeb(temporalAddress: string, databaseUrl: string) {
  const program = fileURLToPath(new URL('./bare-web.ts', import.meta.url));
  const env = { ...process.env, TEMPORAL_ADDRESS: temporalAddress, DATABASE_URL: databaseUrl };
  const child = fork(program, { env });
  const [port] = await once(child, 'message');
  return {
    async ask(question: BareRequest): Promise<void> {
      const body = JSON.stringify(question);
      const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body });
      if (response.status !== 204) throw new Error(await response.text());
    },
    stop: () => child.disconnect(),
  };
}
