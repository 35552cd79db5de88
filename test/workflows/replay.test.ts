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

type WorkflowBundle = { codePath: string } | { code: string };

/**
 * Replays histories, each under its name, with one worker, because starting a worker takes longer than a replay.
 * Returns the error of each, or null.
 */
async function replay(
  histories: [name: string, text: string][],
  workflowBundle: WorkflowBundle = { codePath: inject('workflowBundlePath') },
): Promise<[name: string, error: string | null][]> {
  const all = histories.map(([name, text]) => ({
    workflowId: name,
    history: historyFromJSON(JSON.parse(text)),
  }));
  const errors: [string, string | null][] = [];
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, all))
    errors.push([workflowId, error?.message ?? null]);
  return errors;
}

const replayRecorded = (files: string[], bundle?: WorkflowBundle) =>
  replay(
    files.map((file) => [file, read(file)]),
    bundle,
  );

/** What `replay` returns for each of these when it replays. */
const replayed = (files: string[]) => files.map((file) => [file, null]);

test('the workflows replay every recorded history', async () => {
  expect(recorded.length).toBeGreaterThan(30);
  expect(await replayRecorded(recorded)).toEqual(replayed(recorded));
});

test('a history with other commands does not replay, and those around it do', async () => {
  const file = `${firstSet}/overdue.json`;
  const text = read(file);
  const changed = text.replaceAll('"fireReminder"', '"somethingElse"');
  expect(
    await replay([
      ['before', text],
      ['changed', changed],
      ['after', text],
    ]),
  ).toEqual([
    ['before', null],
    ['changed', expect.stringContaining('TMPRL1100')],
    ['after', null],
  ]);
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
    expect(await replayRecorded(histories, await bundled('without-patched.ts'))).toEqual(
      histories.map((file) => [file, expect.stringContaining('TMPRL1100')]),
    );
  });

  test('replays with `patched`', async () => {
    expect(await replayRecorded(histories, await bundled('with-patched.ts'))).toEqual(replayed(histories));
  });
});
