import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const scripts = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs one of the scripts beside this folder to its end and returns the lines it printed. Throws, with what it
 * wrote to stderr, when it fails. `stopping` ends it early.
 */
export async function runScript(
  name: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  stopping: AbortSignal,
): Promise<string[]> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [`${scripts}${name}.ts`, ...args], {
    env,
    extendEnv: false,
    cancelSignal: stopping,
    stdin: 'ignore',
    lines: { stdout: true },
    reject: false,
  });
  if (exitCode !== 0) throw new Error(`scripts/${name}.ts failed:\n${stderr || stdout.join('\n')}`);
  return stdout;
}
