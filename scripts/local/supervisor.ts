import { type Kept, keepRunning, type Running } from './keep-running.ts';
import { logFile, logTail } from './logs.ts';

/** Keeps the programs of the local instance running. */
export interface Supervisor {
  /** Starts a program and keeps it running. Resolves or rejects with its first start. */
  keep: <T extends Running>(program: string, title: string, start: (before?: T) => Promise<T>) => Promise<T>;
  /** How often a program has crashed. */
  crashes: () => number;
  /** Stops the programs one by one, the last started first. */
  stop: () => Promise<void>;
}

/** Creates a supervisor that reports each crash through `say`, with the end of the program's log. */
export function createSupervisor(
  dataDir: string,
  stopping: AbortSignal,
  say: (line: string) => void,
): Supervisor {
  const kept: Kept<Running>[] = [];

  const report = (program: string, title: string, failure?: Error) => {
    const file = logFile(dataDir, program);
    const why = failure?.message ?? `${file} ends with\n${logTail(file)}`;
    say(`${title} stopped unexpectedly and is being restarted. ${why}`);
  };

  return {
    keep: (program, title, start) => {
      stopping.throwIfAborted();
      const one = keepRunning(start, (failure) => report(program, title, failure));
      kept.push(one);
      return one.first;
    },
    crashes: () => kept.reduce((sum, one) => sum + one.crashes(), 0),
    stop: async () => {
      if (kept.length === 0) return;
      say('Stopping');
      for (const one of kept.toReversed()) await one.stop();
      say('Stopped');
    },
  };
}
