import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { instanceFile, type LocalInstance, readInstance } from '../../config/local-instance.ts';
import { endProcess, isRunning } from './processes.ts';

/** The right of one process to run on a data folder. */
export interface Lock {
  /** Writes down what has become known. */
  update: (change: Partial<LocalInstance>) => void;
  release: () => void;
}

/**
 * Claims a data folder for this process. Throws, with the address, when another start runs on it. What a killed
 * start left behind is taken over, and its web and worker are waited for: they end when they notice, and hold the
 * port until then.
 */
export async function takeLock(dataDir: string, url: string, log: (line: string) => void): Promise<Lock> {
  const before = readInstance(dataDir);
  if (before && isRunning(before.pid, 'scripts/local/main.ts')) throw alreadyRuns(before);
  if (before) {
    log('The last run was killed: clearing up after it');
    await endPrograms(before);
    const now = readInstance(dataDir);
    if (now && now.pid !== before.pid) throw alreadyRuns(now);
    rmSync(instanceFile(dataDir), { force: true });
  }
  let machine: LocalInstance = { pid: process.pid, url, programs: {}, environment: {} };
  writeFirst(dataDir, machine);
  return {
    update: (change) => {
      machine = { ...machine, ...change };
      renameSync(writeDraft(dataDir, machine), instanceFile(dataDir));
    },
    release: () => rmSync(instanceFile(dataDir), { force: true }),
  };
}

function alreadyRuns(machine: LocalInstance): Error {
  return new Error(`Lastday is already running at ${machine.url} (process ${machine.pid}).`);
}

async function endPrograms(machine: LocalInstance): Promise<void> {
  const left = Object.entries(machine.programs).filter(([name, pid]) => isRunning(pid, `${name}/main.ts`));
  await Promise.all(left.map(([, pid]) => endProcess(pid, 'SIGTERM', 15_000)));
}

/** Of two starts at the same moment only one can make the link. */
function writeFirst(dataDir: string, machine: LocalInstance): void {
  const draft = writeDraft(dataDir, machine);
  try {
    linkSync(draft, instanceFile(dataDir));
  } catch (error) {
    const winner = readInstance(dataDir);
    throw winner ? alreadyRuns(winner) : error;
  } finally {
    rmSync(draft);
  }
}

function writeDraft(dataDir: string, machine: LocalInstance): string {
  const draft = `${instanceFile(dataDir)}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(machine, null, 2), { mode: 0o600 });
  return draft;
}
