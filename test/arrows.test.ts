import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What each room may import: other rooms, single files of them, and for some also which packages. */
const rooms: Record<string, { rooms: string[]; packages?: string[] }> = {
  domain: { rooms: [], packages: ['luxon'] },
  config: { rooms: [] },
  database: { rooms: ['domain', 'config'] },
  workflows: {
    rooms: ['domain', 'activities (types)'],
    packages: ['@temporalio/workflow', '@temporalio/common', 'async-mutex'],
  },
  metrics: { rooms: ['database', 'domain', 'config'] },
  activities: { rooms: ['database', 'domain', 'config', 'engine/contract.ts', 'metrics (types)'] },
  worker: { rooms: ['database', 'domain', 'config', 'activities', 'metrics', 'engine/contract.ts'] },
  web: { rooms: ['database', 'domain', 'config', 'metrics', 'engine/contract.ts'] },
};

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && Object.keys(rooms).includes(file.split(path.sep)[0]!))
  .map((file) => file.split(path.sep).join('/'));
const imports = files.flatMap(importsOf);

test.each(Object.keys(rooms))('%s imports only what it may', (room) => {
  const wrong = imports.filter((one) => roomOf(one.from) === room && !isAllowed(one, rooms[room]!));
  expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
});

test('no file imports itself by way of others', () => {
  const graph = new Map<string, string[]>(files.map((file) => [file, []]));
  for (const { from, to } of imports) graph.get(from)!.push(to);
  expect(cycleIn(graph)).toBeNull();
});

test('the arrows see what a room imports', () => {
  expect(imports).toContainEqual({ from: 'domain/dates.ts', to: 'luxon', typeOnly: false });
  expect(imports).toContainEqual({
    from: 'database/offboarding/completion.ts',
    to: 'domain/offboarding/checklist.ts',
    typeOnly: false,
  });
  expect(isAllowed({ from: 'domain/a.ts', to: 'database/core/orm.ts', typeOnly: false }, rooms.domain!)).toBe(
    false,
  );
  expect(isAllowed({ from: 'web/a.ts', to: 'workflows/offboarding.ts', typeOnly: true }, rooms.web!)).toBe(
    false,
  );
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

const roomOf = (file: string) => file.split('/')[0]!;

function isAllowed({ from, to, typeOnly }: Import, may: { rooms: string[]; packages?: string[] }): boolean {
  if (!Object.hasOwn(rooms, roomOf(to)))
    return typeOnly || may.packages === undefined || may.packages.includes(to);
  return (
    roomOf(to) === roomOf(from) ||
    may.rooms.includes(roomOf(to)) ||
    may.rooms.includes(to) ||
    (typeOnly && may.rooms.includes(`${roomOf(to)} (types)`))
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
