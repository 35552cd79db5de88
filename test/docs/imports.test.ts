import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sleep } from '../../config/loop.ts';
import { createToken } from '../../database/access/tokens.ts';
import { columnsOf } from '../../domain/imports/columns.ts';
import { importKinds, importLimits, linesKeptDays } from '../../domain/imports/imports.ts';
import { expectAsShown, hasCurl, run, stepsOf } from '../../testing/web/commands.ts';
import { consoleWithEngine } from '../../testing/web/console.ts';
import { createImportStarter } from '../../worker/starters.ts';

const text = readFileSync(new URL('../../docs/imports.md', import.meta.url), 'utf8');
const steps = stepsOf('imports.md');

const { database, engine, web } = await consoleWithEngine();
const { value } = await createToken(database.em, 'system', { name: 'hr-files', scopes: ['imports:write'] });
const folder = mkdtempSync(path.join(tmpdir(), 'lastday-imports-'));
afterAll(() => rmSync(folder, { recursive: true }));

let stopPolling = async () => {};
beforeAll(async () => {
  await engine.startWorker();
  const startImports = createImportStarter({ database, engine: engine.engine, sendBatch: engine.sendBatch });
  const stopping = new AbortController();
  const polling = (async () => {
    while (!stopping.signal.aborted) {
      await startImports();
      await sleep(200, stopping.signal);
    }
  })();
  stopPolling = () => {
    stopping.abort();
    return polling;
  };
});
// A cleanup function of beforeAll would run only after the database is closed.
afterAll(() => stopPolling());

describe.skipIf(!hasCurl)('the commands in docs/imports.md', () => {
  test('exist', () => {
    expect(steps.length).toBeGreaterThan(3);
    expect(steps.every(({ shown }) => shown !== null)).toBe(true);
  });

  test.each(steps)('$command', async (step) => {
    expectAsShown(await run(step.command, { LASTDAY: web.address, TOKEN: value }, folder), step);
  });
});

describe('docs/imports.md', () => {
  test.each(importKinds)('lists exactly the columns of %s', (kind) => {
    const title = { users: 'People', assets: 'Assets', licenses: 'Licenses' }[kind];
    const table = text.slice(text.indexOf(`**${title}.**`)).split('\n\n')[1]!;
    const named = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(named).toEqual(columnsOf[kind].map(({ field }) => field));
  });

  test('states the size limits and how long lines are kept', () => {
    expect(text).toContain(
      `${importLimits.bytes / 1024 / 1024} MB and ${importLimits.rows.toLocaleString('en')} lines a file, ` +
        `${importLimits.columns} columns, ${importLimits.lineBytes / 1024} kB a line`,
    );
    expect(linesKeptDays).toBe(7);
  });
});
