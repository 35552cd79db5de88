import { rmSync } from 'node:fs';

// A process of its own beside a proof: when the proof is gone, however that came, it ends what the proof has started.

/** What a guardian is told whenever it changes. */
export interface Guarded {
  pids: number[];
  /** To be removed. */
  folders: string[];
}

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
