import { runWebProcess } from './process.ts';

await runWebProcess();
