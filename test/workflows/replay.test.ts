import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { describe, expect, inject, it } from 'vitest';
import { installOnce } from '../../testing/cast/engine.ts';

installOnce();

/**
 * What workflows have recorded since the first one ran must be understood by those of today: a leaver's process lives
 * for months. `npm run record` adds the histories of today's.
 */
const folder = new URL('./histories/', import.meta.url);
const recorded = (readdirSync(folder, { recursive: true }) as string[]).filter((file) =>
  file.endsWith('.json'),
);

/** Recorded when the first entry of the changelog was written. */
const firstSet = '2026-12-01';

const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');

const replay = (text: string, bundle: WorkflowBundle = { codePath: inject('workflowBundlePath') }) =>
  Worker.runReplayHistory({ workflowBundle: bundle }, historyFromJSON(JSON.parse(text)));

type WorkflowBundle = { codePath: string } | { code: string };

it.each(recorded)('%s is replayed', async (file) => {
  await replay(read(file));
});

it('a history that asks for other steps is not', async () => {
  const text = read(`${firstSet}/overdue.json`).replaceAll('"fireReminder"', '"somethingElse"');
  await expect(replay(text)).rejects.toThrow(/TMPRL1100/);
});

describe('a workflow that is changed while it runs for leavers', () => {
  const bundled = (file: string) =>
    bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL(`./changed/${file}`, import.meta.url)),
      logger: new DefaultLogger('WARN'),
    });
  const histories = ['completed', 'moved-reminded-cancelled', 'completion-failed-and-retried'].map(
    (name) => `${firstSet}/${name}.json`,
  );

  it('cannot go on where it was, without `patched`', async () => {
    const changed = await bundled('without-patched.ts');
    for (const file of histories) await expect(replay(read(file), changed)).rejects.toThrow(/TMPRL1100/);
  });

  it('goes on where it was, with `patched`', async () => {
    const changed = await bundled('with-patched.ts');
    for (const file of histories) await replay(read(file), changed);
  });
});
