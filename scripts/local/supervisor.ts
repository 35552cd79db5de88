import { type Kept, keepRunning, type Running } from './keep-running.ts';
import { logFile, logTail } from './logs.ts';

/** All programs of the local machine that are kept running. */
export interface Supervisor {
  /** Starts one and keeps it running; resolves or rejects with its first start. */
  keep: <T extends Running>(program: string, title: string, start: (before?: T) => Promise<T>) => Promise<T>;
  /** How often one of them has ended by itself. */
  crashes: () => number;
  /** Stops all, the last started first, each before the next. */
  stop: () => Promise<void>;
}

/** A crew whose unexpected ends are said aloud, with the end of the log that tells why. */
export function createSupervisor(
  dataDir: string,
  stopping: AbortSignal,
  say: (line: string) => void,
): Supervisor {
  const kept: Kept<Running>[] = [];

  const report = (program: string, title: string, failure?: Error) => {
    const file = logFile(dataDir, program);
    const why = failure?.message ?? `${file} ends with\n${logTail(file)}`;
    say(`${title} has ended unexpectedly and is started again. ${why}`);
  };

  return {
    keep: (program, title, start) => {
      stopping.throwIfAborted();
      const one = keepRunning(start, (failure) => report(program, title, failure));
      kept.push(one);
      return one.first;
    },
    crashes: () => kept.reduce((sum, one) => sum + one.deaths(), 0),
    stop: async () => {
      if (kept.length === 0) return;
      say('Stopping');
      for (const one of kept.toReversed()) await one.stop();
      say('Stopped');
    },
  };
}
