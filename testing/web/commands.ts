import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect } from 'vitest';

/** A command of a guide, with the output shown below it, if any. */
export interface Step {
  command: string;
  shown: { language: string; text: string } | null;
}

/** The commands of a guide in `docs/`, in order. Output without a command above it is ignored. */
export function stepsOf(guide: string): Step[] {
  const text = readFileSync(new URL(`../../docs/${guide}`, import.meta.url), 'utf8');
  const steps: Step[] = [];
  for (const [, language, code] of text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)) {
    const last = steps.at(-1);
    if (language === 'sh') steps.push({ command: code!, shown: null });
    else if (last !== undefined) last.shown ??= { language: language!, text: code! };
  }
  return steps;
}

/** Whether curl can print headers by name, which it can since 7.84. */
export const hasCurl = (() => {
  try {
    const [, major, minor] = /^curl (\d+)\.(\d+)/.exec(
      execFileSync('curl', ['--version'], { encoding: 'utf8' }),
    )!;
    return Number(major) * 100 + Number(minor) >= 784;
  } catch {
    return false;
  }
})();

/** Runs a command in the folder `cwd`, and returns its output. */
export async function run(command: string, env: Record<string, string>, cwd?: string): Promise<string> {
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', command], {
    env: { ...process.env, ...env },
    ...(cwd !== undefined && { cwd }),
  });
  return stdout;
}

/** Values that differ from run to run. */
const volatile = [
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  /^urn:uuid:/,
  // The day of an early completion.
  /^20(?!99)\d\d-\d\d-\d\d$/,
];

/** The shown output, with patterns instead of values that differ from run to run. */
function asShown(shown: unknown): unknown {
  if (Array.isArray(shown)) return shown.map(asShown);
  if (typeof shown === 'object' && shown !== null)
    return Object.fromEntries(Object.entries(shown).map(([name, one]) => [name, asShown(one)]));
  const pattern = typeof shown === 'string' ? volatile.find((one) => one.test(shown)) : undefined;
  return pattern === undefined ? shown : expect.stringMatching(pattern);
}

/** Compares the output of a command with what the guide shows below it. */
export function expectAsShown(output: string, { shown }: Step): void {
  if (shown?.language === 'json') expect(JSON.parse(output)).toEqual(asShown(JSON.parse(shown.text)));
  else if (shown !== null) expect(output).toBe(shown.text);
  else expect(JSON.parse(output)).not.toHaveProperty('code');
}
