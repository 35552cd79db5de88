import { runWorkerProcess } from '../../worker/process.ts';

/** A worker process with other timeouts than in production: its options are the argument, as JSON. */
await runWorkerProcess(JSON.parse(process.argv[2]!));
