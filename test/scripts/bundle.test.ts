import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { afterAll, expect, test } from 'vitest';
import { installOnce } from '../../testing/cast/engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'lastday-bundle-'));
afterAll(() => rmSync(folder, { recursive: true }));

const bundle = (...args: string[]) =>
  promisify(execFile)(process.execPath, [
    fileURLToPath(new URL('../../scripts/bundle.ts', import.meta.url)),
    ...args,
  ]);

test('the bundle replays a recorded workflow', async () => {
  installOnce();
  const codePath = join(folder, 'workflows.js');
  const { stderr } = await bundle(codePath);
  expect(stderr).toBe('');
  const history = readFileSync(
    new URL('../workflows/histories/2026-12-01/completed.json', import.meta.url),
    'utf8',
  );
  await Worker.runReplayHistory({ workflowBundle: { codePath } }, historyFromJSON(JSON.parse(history)));
});

test('without a file it prints the usage', async () => {
  await expect(bundle()).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Usage: npm run bundle'),
  });
});
