import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

const product = [
  'activities',
  'config',
  'database',
  'domain',
  'engine',
  'metrics',
  'scripts',
  'web',
  'worker',
];

/** What each top-level folder may import: other folders or single files, and for some also which packages. */
const folders: Record<string, { may: string[]; packages?: string[] }> = {
  domain: { may: [], packages: ['luxon'] },
  config: { may: ['domain/email.ts', 'domain/access/permissions.ts'] },
  database: { may: ['domain', 'config'] },
  metrics: { may: ['database', 'domain', 'config'] },
  engine: { may: ['domain', 'config', 'metrics'] },
  workflows: {
    may: ['engine/contract.ts', 'domain', 'activities (types)'],
    packages: ['@temporalio/workflow', '@temporalio/common', 'async-mutex'],
  },
  activities: { may: ['engine', 'database', 'domain', 'config', 'metrics'] },
  worker: { may: ['activities', 'engine', 'database', 'domain', 'config', 'metrics'] },
  web: { may: ['engine/contract.ts', 'engine/console-client.ts', 'database', 'domain', 'config', 'metrics'] },
  scripts: { may: ['worker', 'database', 'domain', 'config'] },
  testing: { may: product },
  bench: { may: ['testing', ...product] },
  prove: { may: ['testing', ...product] },
  test: { may: ['testing', 'bench', 'prove', 'workflows', ...product] },
};

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

const files = globSync('*/**/*.{ts,mjs}', { cwd: root, exclude: ['node_modules', '.*'] });
const imports = files.flatMap(importsOf);

test('every folder with code is in the table', () => {
  expect([...new Set(files.map(folderOf))].sort()).toEqual(Object.keys(folders).sort());
});

test.each(Object.keys(folders))('%s imports only what it may', (folder) => {
  const wrong = imports.filter((one) => folderOf(one.from) === folder && !isAllowed(one));
  expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
});

test('the contract with Temporal imports neither client', () => {
  const inside = imports.filter(({ from }) => from === 'engine/contract.ts').map(({ to }) => to);
  expect(inside.filter((to) => to.startsWith('engine/'))).toEqual([]);
});

test('web/http imports no noun of the web', () => {
  const nouns = imports.filter(({ from, to }) => from.startsWith('web/http/') && to.startsWith('web/'));
  expect(nouns.filter(({ to }) => !to.startsWith('web/http/'))).toEqual([]);
});

test('database/core imports no noun of the database', () => {
  const nouns = imports.filter(
    ({ from, to }) => from.startsWith('database/core/') && to.startsWith('database/'),
  );
  expect(nouns.filter(({ to }) => !/^database\/(core|entities|migrations)\//.test(to))).toEqual([]);
});

test('no file imports itself through others, types counted', () => {
  const graph = new Map<string, string[]>(files.map((file) => [file, []]));
  for (const { from, to } of imports) graph.get(from)!.push(to);
  expect(cycleIn(graph)).toBeNull();
});

test('the test sees what a folder imports', () => {
  expect(imports).toContainEqual({ from: 'domain/dates.ts', to: 'luxon', typeOnly: false });
  expect(imports).toContainEqual({
    from: 'database/offboarding/completion.ts',
    to: 'domain/offboarding/checklist.ts',
    typeOnly: false,
  });
  expect(isAllowed({ from: 'domain/a.ts', to: 'database/core/orm.ts', typeOnly: true })).toBe(false);
  expect(isAllowed({ from: 'web/a.ts', to: 'workflows/offboarding.ts', typeOnly: true })).toBe(false);
  expect(isAllowed({ from: 'prove/a.ts', to: 'test/a.ts', typeOnly: true })).toBe(false);
});

function importsOf(file: string): Import[] {
  const text = readFileSync(path.join(root, file), 'utf8');
  const found = text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'";]*?from\s+)?'([^']+)'/gm);
  return [...found].map(([, typeOnly, target]) => ({
    from: file,
    to: target!.startsWith('.') ? path.posix.join(path.posix.dirname(file), target!) : packageOf(target!),
    typeOnly: typeOnly !== undefined,
  }));
}

function packageOf(target: string): string {
  if (target.startsWith('node:')) return target;
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
}

const folderOf = (file: string) => file.split('/')[0]!;

function isAllowed({ from, to, typeOnly }: Import): boolean {
  const { may, packages } = folders[folderOf(from)]!;
  if (!Object.hasOwn(folders, folderOf(to)))
    return typeOnly || packages === undefined || packages.includes(to);
  return (
    folderOf(to) === folderOf(from) ||
    may.includes(folderOf(to)) ||
    may.includes(to) ||
    (typeOnly && may.includes(`${folderOf(to)} (types)`))
  );
}

function cycleIn(graph: Map<string, string[]>): string[] | null {
  const finished = new Set<string>();
  const visit = (file: string, trail: string[]): string[] | null => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
    if (finished.has(file)) return null;
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next, [...trail, file]);
      if (cycle !== null) return cycle;
    }
    finished.add(file);
    return null;
  };
  for (const file of graph.keys()) {
    const cycle = visit(file, []);
    if (cycle !== null) return cycle;
  }
  return null;
}
