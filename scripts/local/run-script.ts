import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const scripts = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs a script of `scripts/` and returns the lines it printed. Throws with its stderr when it fails. `stopping` aborts
 * it.
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
