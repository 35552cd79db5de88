import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

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
  const child = spawn(process.execPath, [`${scripts}${name}.ts`, ...args], {
    env,
    signal: stopping,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const printed: string[] = [];
  let complaint = '';
  createInterface(child.stdout).on('line', (line) => printed.push(line));
  child.stderr.on('data', (text) => {
    complaint += text;
  });
  if ((await ended) !== 0) throw new Error(`scripts/${name}.ts failed:\n${complaint || printed.join('\n')}`);
  return printed;
}
