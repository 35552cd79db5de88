import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The servers that must not outlive this process. */
export interface WatchedServer {
  /** The data folder: servers are killed by their pid files there, and the folder is removed. */
  dataDir: string;
  /** Other processes. */
  pids: number[];
}

/** Kills the watched servers when this process ends, also by `kill -9`. */
export interface Watchdog {
  /** Replaces the set of watched servers. */
  watch(watched: WatchedServer): void;
  /** Stops watching, because everything has ended. */
  dismiss(): void;
}

/** Starts the watchdog as a detached process, so that a signal to this process group does not end it. */
export function startWatchdog(): Watchdog {
  const watchdog = fork(fileURLToPath(new URL('./watchdog-process.ts', import.meta.url)), { detached: true });
  const send = (watched: WatchedServer | null) => watchdog.connected && watchdog.send(watched ?? 'nothing');
  return {
    watch: send,
    dismiss() {
      send(null);
      if (watchdog.connected) watchdog.disconnect();
    },
  };
}
