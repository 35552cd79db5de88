import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What must not outlive this process. */
export interface Guarded {
  pids: number[];
  /** To be removed. */
  folders: string[];
}

/** Ends what this process has started when it is gone, also by `kill -9`. */
export interface Guardian {
  /** Says what there is now, in place of what was said before. */
  guard(guarded: Guarded): void;
  /** Lets go; what is there by then is ended. */
  dismiss(): void;
}

/** Starts a process of its own beside this one, which nobody ends by accident with it. */
export function startGuardian(): Guardian {
  const guardian = fork(fileURLToPath(new URL('./guardian-process.ts', import.meta.url)), { detached: true });
  return {
    guard(guarded) {
      if (guardian.connected) guardian.send(guarded);
    },
    dismiss: () => guardian.disconnect(),
  };
}
