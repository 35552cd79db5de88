import { readEnvironment } from '../config/environment.ts';
import { makeLog } from '../config/log.ts';
import { exitAfterTimeout } from '../config/shutdown-timeout.ts';
import { type RunOptions, runWorker } from './run.ts';
import { installRuntime } from './runtime.ts';
import { bundleWorkflows } from './workers.ts';

/** How a worker process works and ends. */
export interface ProcessOptions extends Pick<RunOptions, 'heartbeatIntervalMs' | 'shutdownGraceMs'> {
  /** The file of a workflow bundle, for a quicker start. */
  codePath?: string | undefined;
  /** How long the process may take to end. */
  endTimeoutMs?: number;
}

/** Runs a worker until SIGTERM, SIGINT or the end of the parent process, then exits. */
export async function runWorkerProcess({ codePath, endTimeoutMs, ...options }: ProcessOptions = {}) {
  const environment = readEnvironment();
  const log = makeLog('worker', environment.LOG_LEVEL);
  const stopping = new AbortController();

  function stop(why: string) {
    if (stopping.signal.aborted) return;
    log.info({ why }, 'The worker is stopping');
    stopping.abort();
    exitAfterTimeout(log, endTimeoutMs);
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  process.once('disconnect', () => stop('disconnect'));

  const { METRICS_HOST: host, SDK_METRICS_PORT: port } = environment;
  installRuntime(log, port === undefined ? undefined : { host, port });

  try {
    const workflowBundle = codePath === undefined ? await bundleWorkflows() : { codePath };
    await runWorker({ environment, log, workflowBundle, stopping: stopping.signal, ...options });
  } catch (error) {
    if (!stopping.signal.aborted) {
      log.fatal({ err: error }, "The worker can't continue");
      process.exitCode = 1;
    }
  }
  process.exit();
}
