import { endSoon } from '../config/ending.ts';
import { readEnvironment } from '../config/environment.ts';
import { makeLog } from '../config/log.ts';
import { runWorker } from './run.ts';
import { installRuntime } from './runtime.ts';
import { bundleWorkflows } from './workers.ts';

const environment = readEnvironment();
const log = makeLog('worker', environment.LOG_LEVEL);
const stopping = new AbortController();

function stop(why: string) {
  if (stopping.signal.aborted) return;
  log.info({ why }, 'The worker is stopping');
  stopping.abort();
  endSoon(log);
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
// Whoever started this process has gone.
process.once('disconnect', () => stop('disconnect'));

const { METRICS_HOST: host, SDK_METRICS_PORT: port } = environment;
installRuntime(log, port === undefined ? undefined : { host, port });
// A bundle made before, for a quicker start.
const [, , codePath] = process.argv;

try {
  const workflowBundle = codePath === undefined ? await bundleWorkflows() : { codePath };
  await runWorker({ environment, log, workflowBundle, stopping: stopping.signal });
} catch (error) {
  if (!stopping.signal.aborted) {
    log.fatal({ err: error }, 'The worker cannot go on');
    process.exitCode = 1;
  }
}
process.exit();
