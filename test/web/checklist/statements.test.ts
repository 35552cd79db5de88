import { expect, test } from 'vitest';
import { makeCast } from '../../../testing/cast/cast.ts';
import { statementsOf } from '../../../testing/cast/statements.ts';
import { ownConsole } from './setting.ts';

// No worker: it would run in this process, and what it does would be counted.
const { database, begin } = await ownConsole();

test('queue and checklist take few statements, however much they show', async () => {
  const { ivo, page } = await begin();
  // Besides, the workspace is read every ten seconds for its name, and the session written back every minute.
  const noise = /^(begin|commit|rollback|set |update "sessions")|from "workspace"/i;
  const selects = async (path: string) =>
    (await statementsOf(() => ivo.get(path))).filter((sql) => !noise.test(sql)).length;
  expect(await selects(page)).toBe(4);
  const before = await selects('/offboarding');
  expect(before).toBe(3);
  for (let i = 0; i < 5; i++) await makeCast(database);
  expect(await selects('/offboarding')).toBe(before);
});
