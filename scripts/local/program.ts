import { closeSync } from 'node:fs';
import { execa } from 'execa';
import { openLog } from './logs.ts';

/** How one program of the local machine is started and ended. */
export interface ProgramStart {
  /** Its name in messages, and of its log. */
  name: string;
  command: string;
  args: string[];
  dataDir: string;
  env: NodeJS.ProcessEnv;
  cwd: string;
  runAs?: { uid: number; gid: number };
  /** A Node program can be given a channel to this process, and notices by it when this process is gone. */
  channel?: boolean;
  /** The signal that asks it to end, and for how many milliseconds it may take its time. */
  endsBy: NodeJS.Signals;
  patience: number;
}

/** A program that was started. */
export interface Program {
  pid: number;
  /** Resolves when it has ended, whoever ended it. */
  ended: Promise<void>;
  hasEnded: () => boolean;
  stop: () => Promise<void>;
}

/**
 * Starts a program with its output in a log. It is a process group of its own: Ctrl-C in a terminal reaches only
 * the one who started it, who then ends all programs in order.
 */
export async function startProgram(start: ProgramStart): Promise<Program> {
  // Any file descriptor is passed on as it is, but the types know only the first ten.
  const log = openLog(start.dataDir, start.name) as 3;
  const child = execa(start.command, start.args, {
    ...start.runAs,
    cwd: start.cwd,
    env: start.env,
    extendEnv: false,
    detached: true,
    stdio: ['ignore', log, log],
    ipc: start.channel ?? false,
    buffer: false,
    reject: false,
    killSignal: start.endsBy,
    forceKillAfterDelay: start.patience,
  });
  closeSync(log);
  if (child.pid === undefined) throw await child;

  let gone = false;
  const ended = child.then(() => {
    gone = true;
  });
  const stop = async () => {
    child.kill();
    await ended;
  };
  return { pid: child.pid, ended, hasEnded: () => gone, stop };
}
