import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { dataFolder } from '../config/local-instance.ts';
import { createToken } from '../database/access/tokens.ts';
import { scopes } from '../domain/access/scopes.ts';
import { makeCast } from '../testing/cast/cast.ts';
import { ownEngine } from '../testing/cast/engine.ts';
import { ownDatabase } from '../testing/servers/database.ts';
import { startWebProcess } from '../testing/servers/web-process.ts';
import { startWorkerProcess } from '../testing/servers/worker-process.ts';
import { seed } from './seed.ts';

const version = '4.32.5';
const folder = join(dataFolder(), 'programs', `schemathesis-${version}`);
const program = join(folder, 'bin', 'st');
const seconds = 300;

/** Installs Schemathesis into its own Python environment, once. */
async function install(): Promise<void> {
  if (existsSync(program)) return;
  mkdirSync(folder, { recursive: true });
  await execa('python3', ['-m', 'venv', folder]);
  await execa(join(folder, 'bin', 'pip'), ['install', '--quiet', `schemathesis==${version}`]);
}

const own = await ownDatabase();
const engine = await ownEngine(own.database);

test('every response to generated calls is one that the OpenAPI document describes', async () => {
  await install();
  for (let i = 0; i < 5; i++) await makeCast(own.database);
  const { value } = await createToken(own.database.em, 'system', { name: 'schemathesis', scopes });
  const worker = startWorkerProcess(own, engine.namespace);
  await worker.untilAlive();
  const web = await startWebProcess(own, engine.namespace, {
    API_RATE_LIMIT: '1000000',
  });
  const { exitCode, stdout } = await execa(
    program,
    [
      'run',
      `${web.address}/api/v1/openapi.json`,
      '--header',
      `Authorization: Bearer ${value}`,
      '--checks',
      'not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance',
      '--max-time',
      String(seconds),
      '--max-examples',
      '1000',
      '--seed',
      String(seed),
      '--continue-on-failure',
      '--no-color',
    ],
    // Schemathesis keeps its findings in the working folder.
    { reject: false, cwd: folder },
  );
  console.log(stdout);
  expect(exitCode, stdout.slice(-4_000)).toBe(0);
});
