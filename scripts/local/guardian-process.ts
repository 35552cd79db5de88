import { rmSync } from 'node:fs';
import type { Guarded } from './guardian.ts';

// Ends what it was told of when whoever has started it is gone, however that came.

let guarded: Guarded = { pids: [], folders: [] };
process.on('message', (message) => {
  guarded = message as Guarded;
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);

process.once('disconnect', () => {
  for (const pid of guarded.pids) end(pid);
  // PostgreSQL's children see that it has died, and go.
  setTimeout(() => {
    for (const folder of guarded.folders) rmSync(folder, { recursive: true, force: true });
    process.exit();
  }, 1_000);
});

function end(pid: number) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
