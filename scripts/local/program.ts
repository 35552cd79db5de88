import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { openLog } from './logs.ts';
import { endProcess } from './processes.ts';

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
  const log = openLog(start.dataDir, start.name);
  const child = spawn(start.command, start.args, {
    ...start.runAs,
    cwd: start.cwd,
    env: start.env,
    detached: true,
    stdio: ['ignore', log, log, ...(start.channel ? (['ipc'] as const) : [])],
  });
  closeSync(log);
  await once(child, 'spawn');

  const pid = child.pid as number;
  let gone = false;
  const ended = once(child, 'exit').then(() => {
    gone = true;
  });
  const stop = async () => {
    if (!gone) await endProcess(pid, start.endsBy, start.patience);
    await ended;
  };
  return { pid, ended, hasEnded: () => gone, stop };
}
