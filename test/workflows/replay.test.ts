import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { describe, expect, inject, test } from 'vitest';
import { installOnce } from '../../testing/cast/engine.ts';

installOnce();

/**
 * The current workflows must replay every recorded history, because a leaver's workflow runs for months.
 * `npm run record` adds new histories.
 */
const folder = new URL('./histories/', import.meta.url);
const recorded = (readdirSync(folder, { recursive: true }) as string[]).filter((file) =>
  file.endsWith('.json'),
);

/** The first recorded histories. */
const firstSet = '2026-12-01';

const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');

const replay = (text: string, bundle: WorkflowBundle = { codePath: inject('workflowBundlePath') }) =>
  Worker.runReplayHistory({ workflowBundle: bundle }, historyFromJSON(JSON.parse(text)));

type WorkflowBundle = { codePath: string } | { code: string };

test.each(recorded)('the workflows replay %s', async (file) => {
  await replay(read(file));
});

test('a history with other commands does not replay', async () => {
  const text = read(`${firstSet}/overdue.json`).replaceAll('"fireReminder"', '"somethingElse"');
  await expect(replay(text)).rejects.toThrow(/TMPRL1100/);
});

describe('a workflow that is changed while it runs', () => {
  const bundled = (file: string) =>
    bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL(`./changed/${file}`, import.meta.url)),
      logger: new DefaultLogger('WARN'),
    });
  const histories = ['completed', 'moved-reminded-cancelled', 'completion-failed-and-retried'].map(
    (name) => `${firstSet}/${name}.json`,
  );

  test('fails to replay without `patched`', async () => {
    const changed = await bundled('without-patched.ts');
    for (const file of histories) await expect(replay(read(file), changed)).rejects.toThrow(/TMPRL1100/);
  });

  test('replays with `patched`', async () => {
    const changed = await bundled('with-patched.ts');
    for (const file of histories) await replay(read(file), changed);
  });
});
