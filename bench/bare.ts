import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import pg from 'pg';
import { ask, askToTransact, bare, tell } from './bare-workflows.ts';

/** As many statements as the step of a completion sends, its begin and commit included. */
const statementsOfCompletion = 10;

const createBareActivities = (pool: pg.Pool) => ({
  async nothing(): Promise<string> {
    return 'done';
  },
  /** A transaction that locks a row, reads it again and again, and writes it. */
  async transact(): Promise<string> {
    const client = await pool.connect();
    await client.query('begin');
    for (let i = 0; i < statementsOfCompletion - 3; i++)
      await client.query('select id from users where id = $1 for update', [1]);
    await client.query('update users set revision = revision + 1 where id = $1', [1]);
    await client.query('commit');
    client.release();
    return 'done';
  },
});
export type BareActivities = ReturnType<typeof createBareActivities>;

const taskQueue = 'bench-bare';

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

  return {
    /** Starts a workflow that waits. */
    start: (id: string) => client.workflow.start(bare, { taskQueue, workflowId: id }),
    /** One Update with one activity. */
    update: (id: string) => client.workflow.getHandle(id).executeUpdate(ask),
    /** One Update with one activity that sends what a completion sends. */
    updateWithTransaction: (id: string) => client.workflow.getHandle(id).executeUpdate(askToTransact),
    /** One signalWithStart on an id that nobody has used. */
    signalWithStart: (id: string) =>
      client.workflow.signalWithStart(bare, {
        taskQueue,
        workflowId: id,
        signal: tell,
        signalArgs: [[1, 2, 3]],
      }),
    async stop() {
      worker.shutdown();
      await running;
      await connection.close();
      await pool.end();
      await workerConnection.close();
    },
  };
}
