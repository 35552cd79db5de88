import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dataFolder } from '../config/local-instance.ts';
import { createToken } from '../database/access/tokens.ts';
import { ownEngine } from '../testing/cast/engine.ts';
import { ownDatabase } from '../testing/servers/database.ts';
import { startWebProcess } from '../testing/servers/web-process.ts';
import { patchBodies, patched, person } from '../testing/web/scim/bodies.ts';
import { scimAt } from '../testing/web/scim/client.ts';
import { ScimError } from '../web/scim/http/scim-error.ts';
import { readResource } from '../web/scim/resource/patch.ts';
import { userType } from '../web/scim/schemas/user.ts';
import { attributesOf, resourceOf } from '../web/scim/users/account-resource.ts';
import { seed } from './seed.ts';

const version = '0.5.2';
const folder = join(dataFolder(), 'programs', `scim2-tester-${version}`);
const python = join(folder, 'bin', 'python');
const script = fileURLToPath(new URL('scim/check-server.py', import.meta.url));

/** Installs scim2-tester into its own Python environment, once. */
async function install(): Promise<void> {
  if (existsSync(python)) return;
  mkdirSync(folder, { recursive: true });
  await execa('python3', ['-m', 'venv', folder]);
  await execa(join(folder, 'bin', 'pip'), ['install', '--quiet', `scim2-tester[httpx2]==${version}`]);
}

const own = await ownDatabase();
const engine = await ownEngine(own.database);
const web = await startWebProcess(own, engine.namespace, { API_RATE_LIMIT: '1000000' });
const { value: token } = await createToken(own.database.em, 'system', {
  name: 'directory',
  scopes: ['scim'],
});
const address = `${web.address}/scim/v2`;

test('scim2-tester reports no error', async () => {
  await install();
  const { exitCode, stdout, stderr } = await execa(python, [script, address, token], { reject: false });
  console.log(stdout, web.lines.filter((line) => line.includes('request failed')).join('\n'));
  expect(exitCode, stdout.slice(-8_000) + stderr.slice(-2_000)).toBe(0);
});

const sampled = <T>(arbitrary: fc.Arbitrary<T>, count: number): T[] =>
  fc.sample(arbitrary, { numRuns: count, seed });

test('any generated PATCH is a person or a 400 for the reader and the patcher', () => {
  const outcomes = { changed: 0, refused: 0 };
  for (const body of sampled(patchBodies, 100_000)) {
    try {
      const { userName, active } = patched(person, body);
      expect([typeof userName, typeof active]).toEqual(['string', 'boolean']);
      outcomes.changed++;
    } catch (error) {
      if (!(error instanceof ScimError)) throw error;
      expect(error.status).toBe(400);
      outcomes.refused++;
    }
  }
  console.log(outcomes);
  expect(Math.min(outcomes.changed, outcomes.refused)).toBeGreaterThan(10_000);
});

test('generated PATCHes over HTTP cause no 500, and change a person wholly or not at all', async () => {
  await own.database.em.getConnection().execute("update workspace set directory_limit = 'off'");
  const call = scimAt(web.address, token);
  const { json: created } = await call('POST', '/Users', resourceOf({ ...person, externalId: 'generated' }));
  let before = created;
  const counts = new Map<number, number>();
  for (const body of sampled(patchBodies, 10_000)) {
    const text = JSON.stringify(body) ?? 'null';
    const { status, json } = await call('PATCH', `/Users/${created.id}`, text);
    counts.set(status, (counts.get(status) ?? 0) + 1);
    expect([200, 400, 409], text).toContain(status);
    const { json: now } = await call('GET', `/Users/${created.id}`);
    if (status === 200) expect(now).toEqual(json);
    else expect(now, text).toEqual(before);
    if (status === 200) expect(now.active, text).toBe(activeAfter(before, JSON.parse(text)));
    before = now;
  }
  console.log(counts);
  expect(counts.get(200)).toBeGreaterThan(1_000);
});

/** Whether the person is active, by the reader and the patcher alone. */
const activeAfter = (before: object, body: unknown): boolean =>
  patched(attributesOf(readResource(userType, before)), body).active;
