import { closeSync } from 'node:fs';
import { execa } from 'execa';
import { openLog } from './logs.ts';

/** How a program of the local instance is started and stopped. */
export interface ProgramStart {
  /** Its name in messages and the name of its log file. */
  name: string;
  command: string;
  args: string[];
  dataDir: string;
  env: NodeJS.ProcessEnv;
  cwd: string;
  runAs?: { uid: number; gid: number };
  /** Whether a Node program gets an IPC channel, by which it notices that this process has ended. */
  channel?: boolean;
  /** The signal that stops it. After `stopTimeoutMs` it gets SIGKILL. */
  stopSignal: NodeJS.Signals;
  stopTimeoutMs: number;
}

/** A started program. */
export interface Program {
  pid: number;
  /** Resolves when it has ended, for any reason. */
  ended: Promise<void>;
  hasEnded: () => boolean;
  stop: () => Promise<void>;
}

/**
 * Starts a program with its output in a log. It has its own process group, so that Ctrl-C reaches only this process,
 * which then stops all programs in order.
 */
export async function startProgram(start: ProgramStart): Promise<Program> {
  // execa accepts any file descriptor, but its types list only the first ten.
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
    killSignal: start.stopSignal,
    forceKillAfterDelay: start.stopTimeoutMs,
  });
  closeSync(log);
  if (child.pid === undefined) throw await child;

  let hasEnded = false;
  const ended = child.then(() => {
    hasEnded = true;
  });
  const stop = async () => {
    child.kill();
    await ended;
  };
  return { pid: child.pid, ended, hasEnded: () => hasEnded, stop };
}
