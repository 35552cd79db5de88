import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { ask, bare, tell } from './bare-workflows.ts';

export const bareActivities = {
  async nothing(): Promise<string> {
    return 'done';
  },
};

const taskQueue = 'bench-bare';

/** The engine alone, without Lastday: the limit that Lastday's figures are held against. */
export async function bareEngine(address: string) {
  Runtime.install({ logger: new DefaultLogger('WARN') });
  const workerConnection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection: workerConnection,
    taskQueue,
    activities: bareActivities,
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
      await workerConnection.close();
    },
  };
}
