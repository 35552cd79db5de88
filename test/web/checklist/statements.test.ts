import { expect, test } from 'vitest';
import { makeCast } from '../../../testing/cast/cast.ts';
import { statementsOf } from '../../../testing/cast/statements.ts';
import { ownConsole } from './setup.ts';

// No worker runs, because its statements would be counted too.
const { database, begin } = await ownConsole();

test('queue and checklist need a constant number of statements', async () => {
  const { ivo, page } = await begin();
  // The workspace is read every ten seconds, and the session is saved every minute.
  const noise = /^(begin|commit|rollback|set |update "sessions")|from "workspace"/i;
  const selects = async (path: string) =>
    (await statementsOf(() => ivo.get(path))).filter((sql) => !noise.test(sql)).length;
  expect(await selects(page)).toBe(4);
  // All numbers above the queue are one statement.
  const before = await selects('/offboarding');
  expect(before).toBe(4);
  for (let i = 0; i < 5; i++) await makeCast(database);
  for (const query of ['', '?show=ready&department=Engineering&manager=mira&sort=-open', '?view=other'])
    expect(await selects(`/offboarding${query}`)).toBe(before);
  expect(await selects('/offboarding/done?q=lena&from=2026-01-01')).toBe(3);
});
