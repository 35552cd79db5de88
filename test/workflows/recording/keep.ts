import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { inject } from 'vitest';

/** Keeps the history of one run of a workflow under the name of the path it took, an event a line. */
export async function keep(path: string, handle: WorkflowHandle): Promise<void> {
  const { events } = JSON.parse(historyToJSON(await handle.fetchHistory()));
  const lines = events.map((event: unknown) => JSON.stringify(event, withoutThisMachine));
  const file = join(inject('historiesFolder'), `${path}.json`);
  writeFileSync(file, `{"events":[\n${lines.join(',\n')}\n]}\n`);
}

/** A replay needs neither the names of processes and machines nor where on a disk their code was. */
const withoutThisMachine = (name: string, value: unknown): unknown => {
  if (name === 'stackTrace') return undefined;
  return typeof value === 'string' && /^\d+@/.test(value) ? 'lastday' : value;
};
