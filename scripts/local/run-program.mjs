import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this checkout. */
export const checkout = fileURLToPath(new URL('../..', import.meta.url));
const programs = join(checkout, 'node_modules', '.bin');

/**
 * Runs a program that npm has installed, with inherited output, and returns its exit code. An interrupted process
 * forwards the signal and exits after the program.
 */
export function run(program, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(join(programs, program), args, {
      cwd: checkout,
      env: { ...process.env, ...env, PATH: `${programs}${delimiter}${process.env.PATH}` },
      stdio: 'inherit',
    });
    const interrupt = (signal) => {
      child.once('close', () => process.exit(1));
      child.kill(signal);
    };
    process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
    child.once('error', (error) => {
      console.error(`${program} can't be run: ${error.message}`);
      resolve(1);
    });
    child.once('close', (code) => {
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
      resolve(code ?? 1);
    });
  });
}
