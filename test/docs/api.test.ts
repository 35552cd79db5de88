import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { Asset, License } from '../../database/entities/index.ts';
import { createToken } from '../../database/tokens.ts';
import { scopes } from '../../domain/scopes.ts';
import { ownDatabase } from '../support/database.ts';
import { ownEngine } from '../support/engine.ts';
import { startWeb } from '../support/web.ts';

const text = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');

/** A command, with the output that stands below it, if any does. */
interface Step {
  command: string;
  shown: { language: string; text: string } | null;
}

const steps: Step[] = [];
for (const [, language, code] of text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)) {
  const last = steps.at(-1);
  if (language === 'sh') steps.push({ command: code!, shown: null });
  else if (last !== undefined) last.shown ??= { language: language!, text: code! };
}

/** The commands print headers by name, which curl can since 7.84. */
const hasCurl = (() => {
  try {
    const [, major, minor] = /^curl (\d+)\.(\d+)/.exec(
      execFileSync('curl', ['--version'], { encoding: 'utf8' }),
    )!;
    return Number(major) * 100 + Number(minor) >= 784;
  } catch {
    return false;
  }
})();

const own = await ownDatabase();
const engine = await ownEngine(own.database);
const web = await startWeb(own, { TEMPORAL_NAMESPACE: engine.namespace });
const { value } = await createToken(own.database.em, 'system', { name: 'hr', scopes });
const run = async (command: string) => {
  const env = { ...process.env, LASTDAY: web.address, TOKEN: value };
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', command], { env });
  return stdout;
};

beforeAll(async () => {
  await engine.startWorker();
  const em = own.database.em.fork();
  em.create(Asset, { tag: 'LT-0042', model: 'ThinkPad T14' });
  em.create(License, { name: 'Figma', vendor: 'Figma', seatsTotal: 3 });
  await em.flush();
});

/** What differs from run to run. */
const volatile = [
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  /^urn:uuid:/,
  // The day somebody was completed early.
  /^20(?!99)\d\d-\d\d-\d\d$/,
];

/** What was shown, with a pattern in place of everything that differs from run to run. */
function asShown(shown: unknown): unknown {
  if (Array.isArray(shown)) return shown.map(asShown);
  if (typeof shown === 'object' && shown !== null)
    return Object.fromEntries(Object.entries(shown).map(([name, one]) => [name, asShown(one)]));
  const pattern = typeof shown === 'string' ? volatile.find((one) => one.test(shown)) : undefined;
  return pattern === undefined ? shown : expect.stringMatching(pattern);
}

describe.skipIf(!hasCurl)('the commands in docs/api.md', () => {
  test('are there', () => {
    expect(steps.length).toBeGreaterThan(15);
    expect(steps.filter(({ shown }) => shown !== null).length).toBeGreaterThan(10);
  });

  test.each(steps)('$command', async ({ command, shown }) => {
    const output = await run(command);
    if (shown?.language === 'json') expect(JSON.parse(output)).toEqual(asShown(JSON.parse(shown.text)));
    else if (shown !== null) expect(output).toBe(shown.text);
    else expect(JSON.parse(output)).not.toHaveProperty('code');
  });
});

describe('docs/api.md', () => {
  test('names every scope and no other', () => {
    const named = [...text.matchAll(/^\| `(\w+:\w+)` \|/gm)].map(([, scope]) => scope);
    expect(named.sort()).toEqual([...scopes].sort());
  });

  test('names every code that the API gives to a problem of its own', () => {
    const folder = new URL('../../web/api/', import.meta.url);
    const code = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'));
    const codes = code.flatMap((file) => [...file.matchAll(/\bcode: '([\w-]+)'/g)].map(([, one]) => one!));
    const own = new Set(codes.filter((one) => one !== 'custom'));
    expect([...own].filter((one) => !text.includes(`\`${one}\``))).toEqual([]);
  });
});
