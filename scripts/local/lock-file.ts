import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { instanceFile, type LocalInstance, readInstance } from '../../config/local-instance.ts';
import { endProcess, isRunning } from './processes.ts';

/** The lock of a data folder, which one process holds. */
export interface Lock {
  /** Stores what has changed about the running instance. */
  update: (change: Partial<LocalInstance>) => void;
  release: () => void;
}

/**
 * Locks a data folder for this process. Throws, with the address, when another instance runs on it. The lock of a
 * killed instance is taken over after its web and worker process have ended, because they hold the port until then.
 */
export async function takeLock(dataDir: string, url: string, log: (line: string) => void): Promise<Lock> {
  const before = readInstance(dataDir);
  if (before && isRunning(before.pid, 'scripts/local/main.ts')) throw alreadyRuns(before);
  if (before) {
    log('The last run was killed. Cleaning up');
    await endPrograms(before);
    const now = readInstance(dataDir);
    if (now && now.pid !== before.pid) throw alreadyRuns(now);
    rmSync(instanceFile(dataDir), { force: true });
  }
  let instance: LocalInstance = { pid: process.pid, url, programs: {}, environment: {} };
  writeFirst(dataDir, instance);
  return {
    update: (change) => {
      instance = { ...instance, ...change };
      renameSync(writeDraft(dataDir, instance), instanceFile(dataDir));
    },
    release: () => rmSync(instanceFile(dataDir), { force: true }),
  };
}

function alreadyRuns(instance: LocalInstance): Error {
  return new Error(`Lastday is already running at ${instance.url} (process ${instance.pid}).`);
}

async function endPrograms(instance: LocalInstance): Promise<void> {
  const left = Object.entries(instance.programs).filter(([name, pid]) => isRunning(pid, `${name}/main.ts`));
  await Promise.all(left.map(([, pid]) => endProcess(pid, 'SIGTERM', 15_000)));
}

/** Creates the lock file by a link, because only one of two simultaneous starts can make it. */
function writeFirst(dataDir: string, instance: LocalInstance): void {
  const draft = writeDraft(dataDir, instance);
  try {
    linkSync(draft, instanceFile(dataDir));
  } catch (error) {
    const winner = readInstance(dataDir);
    throw winner ? alreadyRuns(winner) : error;
  } finally {
    rmSync(draft);
  }
}

function writeDraft(dataDir: string, instance: LocalInstance): string {
  const draft = `${instanceFile(dataDir)}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(instance, null, 2), { mode: 0o600 });
  return draft;
}
