import { runWorkerProcess } from './process.ts';

const [, , codePath] = process.argv;
await runWorkerProcess({ codePath });
