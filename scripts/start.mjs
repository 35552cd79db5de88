import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installPackages, ownNode } from './local/install.mjs';

// `npm start`: runs on any Node, installs missing packages, and starts main.ts on Lastday's own Node.

const main = fileURLToPath(new URL('./local/main.ts', import.meta.url));
const startedBy = process.ppid;

await installPackages({ development: false });

// The IPC channel disconnects when this process ends, even by SIGKILL; main.ts then stops too.
const child = spawn(ownNode, [main], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
child.once('error', (error) => {
  console.error(`${ownNode} can't be run: ${error.message}`);
  process.exit(1);
});
child.once('exit', (code) => process.exit(code ?? 1));

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGTERM'));

// A killed npm forwards no signal, so watch the parent process; else everything would keep running unseen.
if (process.env.npm_lifecycle_event) {
  setInterval(() => process.ppid !== startedBy && child.kill('SIGTERM'), 500).unref();
}
