import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { createToken } from '../../database/access/tokens.ts';
import { Asset, License } from '../../database/entities/index.ts';
import { scopes } from '../../domain/access/scopes.ts';
import { ownEngine } from '../../testing/cast/engine.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { expectAsShown, hasCurl, run, stepsOf } from '../../testing/web/commands.ts';
import { startWeb } from '../../testing/web/web.ts';

const text = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');

const steps = stepsOf('api.md');

const own = await ownDatabase();
const engine = await ownEngine(own.database);
const web = await startWeb(own, { TEMPORAL_NAMESPACE: engine.namespace });
const { value } = await createToken(own.database.em, 'system', { name: 'hr', scopes });
beforeAll(async () => {
  await engine.startWorker();
  const em = own.database.em.fork();
  em.create(Asset, { tag: 'LT-0042', model: 'ThinkPad T14' });
  em.create(License, { name: 'Figma', vendor: 'Figma', seatsTotal: 3 });
  await em.flush();
});

describe.skipIf(!hasCurl)('the commands in docs/api.md', () => {
  test('exist', () => {
    expect(steps.length).toBeGreaterThan(15);
    expect(steps.filter(({ shown }) => shown !== null).length).toBeGreaterThan(10);
  });

  test.each(steps)('$command', async (step) => {
    expectAsShown(await run(step.command, { LASTDAY: web.address, TOKEN: value }), step);
  });
});

describe('docs/api.md', () => {
  test('lists exactly the scopes', () => {
    const named = [...text.matchAll(/^\| `(\w+:\w+|scim)` \|/gm)].map(([, scope]) => scope);
    expect(named.sort()).toEqual([...scopes].sort());
  });

  test('lists every problem code of the API', () => {
    const folder = new URL('../../web/api/', import.meta.url);
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const code = files
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(new URL(file, folder), 'utf8'));
    const codes = code.flatMap((file) => [...file.matchAll(/\bcode: '([\w-]+)'/g)].map(([, one]) => one!));
    const own = new Set(codes.filter((one) => one !== 'custom'));
    expect([...own].filter((one) => !text.includes(`\`${one}\``))).toEqual([]);
  });
});
