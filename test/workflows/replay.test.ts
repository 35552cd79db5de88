import { readdirSync, readFileSync } from 'node:fs';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { expect, inject, it } from 'vitest';
import { installOnce } from '../support/engine.ts';

installOnce();

/**
 * What released workflows have recorded must be understood by the workflows of today: a leaver's process
 * lives for months. Histories are kept with `temporal workflow show --workflow-id … --output json`.
 */
const folder = new URL('./histories/', import.meta.url);
const recorded = readdirSync(folder);

const replay = (text: string) =>
  Worker.runReplayHistory(
    { workflowBundle: { codePath: inject('workflowBundlePath') } },
    historyFromJSON(JSON.parse(text)),
  );

it.each(recorded)('%s is replayed', async (file) => {
  await replay(readFileSync(new URL(file, folder), 'utf8'));
});

it('a history that asks for other steps is not', async () => {
  const text = readFileSync(new URL('completed.json', folder), 'utf8');
  await expect(replay(text.replaceAll('"nextReminder"', '"somethingElse"'))).rejects.toThrow(/TMPRL1100/);
});
