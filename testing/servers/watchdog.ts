import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What must not outlive this process. */
export interface WatchedServer {
  /** Where servers keep their data: the servers are ended, by the numbers that they leave there, and it is removed. */
  dataDir: string;
  /** Of what else was started. */
  pids: number[];
}

/** Ends what this process has started when it is gone, also by `kill -9`. */
export interface Watchdog {
  /** Says what there is now, in place of what was said before. */
  guard(guarded: WatchedServer): void;
  /** Everything has ended as it should. */
  dismiss(): void;
}

/** Starts a process of its own beside this one, which nobody ends by accident with it. */
export function startWatchdog(): Watchdog {
  const guardian = fork(fileURLToPath(new URL('./watchdog-process.ts', import.meta.url)), { detached: true });
  const say = (guarded: WatchedServer | null) => guardian.connected && guardian.send(guarded ?? 'nothing');
  return {
    guard: say,
    dismiss() {
      say(null);
      if (guardian.connected) guardian.disconnect();
    },
  };
}
