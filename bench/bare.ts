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

/** What the bare web process is asked for: an end date that moves, or a completion. */
export interface BareQuestion {
  what: 'move' | 'complete';
  userId: number;
  workflowId: string;
}

/** The engine alone, without Lastday: the limit that Lastday's figures are held against. */
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
    /** Starts a workflow that waits. */
    start: (id: string) => client.workflow.start(bare, { taskQueue, workflowId: id }),
    /** One Update with one activity. */
    update: (id: string) => client.workflow.getHandle(id).executeUpdate(ask),
    /** One signalWithStart on an id that nobody has used. */
    signalWithStart: (id: string) =>
      client.workflow.signalWithStart(bare, {
        taskQueue,
        workflowId: id,
        signal: tell,
        signalArgs: [[1, 2, 3]],
      }),
    /** The same way as Lastday's, over HTTP, the database and the engine, with nothing at any of its stations. */
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
    async ask(question: BareQuestion): Promise<void> {
      const body = JSON.stringify(question);
      const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body });
      if (response.status !== 204) throw new Error(await response.text());
    },
    stop: () => child.disconnect(),
  };
}
