import { runWebProcess } from '../../web/process.ts';

/** A web process with other timeouts than in production: its options are the argument, as JSON. */
await runWebProcess(JSON.parse(process.argv[2]!));
