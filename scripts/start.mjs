import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installPackages, ownNode } from './local/install.mjs';

// `npm start`: runs on whatever Node there is, installs what is missing, and hands over to Lastday's own Node.

const main = fileURLToPath(new URL('./local/main.ts', import.meta.url));
const startedBy = process.ppid;

await installPackages({ development: false });

// The channel tells main.ts when this process is gone, however it ended.
const child = spawn(ownNode, [main], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
child.once('error', (error) => {
  console.error(`${ownNode} cannot be run: ${error.message}`);
  process.exit(1);
});
child.once('exit', (code) => process.exit(code ?? 1));

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGTERM'));

// A killed npm passes nothing on; without this, everything would go on running unseen.
if (process.env.npm_lifecycle_event) {
  setInterval(() => process.ppid !== startedBy && child.kill('SIGTERM'), 500).unref();
}
