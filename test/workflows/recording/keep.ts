import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { inject } from 'vitest';

/** Writes the history of a run to a file that is named after its path, one event per line. */
export async function keep(path: string, handle: WorkflowHandle): Promise<void> {
  const { events } = JSON.parse(historyToJSON(await handle.fetchHistory()));
  const lines = events.map((event: unknown) => JSON.stringify(event, withoutThisMachine));
  const file = join(inject('historiesFolder'), `${path}.json`);
  writeFileSync(file, `{"events":[\n${lines.join(',\n')}\n]}\n`);
}

/** Removes process names and code paths, because a replay does not need them. */
const withoutThisMachine = (name: string, value: unknown): unknown => {
  if (name === 'stackTrace') return undefined;
  return typeof value === 'string' && /^\d+@/.test(value) ? 'lastday' : value;
};
