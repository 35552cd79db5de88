import { expect, test } from 'vitest';
import { keepRunning } from '../../scripts/local/keep-running.ts';
import { until } from '../../scripts/local/processes.ts';

test('a program that crashes is restarted, and the start gets the previous one', async () => {
  const { starts, start } = things();
  const kept = keepRunning(start, () => {});
  const first = await kept.first;
  first.end();
  expect(await until(() => starts.length === 2, 5000)).toBe(true);
  expect(starts[1]?.before).toBe(first);
  expect(kept.crashes()).toBe(1);
  await kept.stop();
});

test('a stopped program is not restarted', async () => {
  const { starts, start } = things();
  const kept = keepRunning(start, () => {});
  await kept.first;
  await kept.stop();
  expect(starts[0]?.stopped).toBe(true);
  expect(await until(() => starts.length > 1, 1000)).toBe(false);
});

test('a first start that fails is not retried', async () => {
  let tries = 0;
  const kept = keepRunning(
    async () => {
      tries++;
      throw new Error('no');
    },
    () => {},
  );
  await expect(kept.first).rejects.toThrow('no');
  expect(await until(() => tries > 1, 1000)).toBe(false);
  await kept.stop();
});

test('a later start that fails is reported and retried', async () => {
  const { starts, start } = things();
  const reports: (string | undefined)[] = [];
  let tries = 0;
  const kept = keepRunning(
    async (before?: Awaited<ReturnType<typeof start>>) => {
      tries++;
      if (tries === 2) throw new Error('not yet');
      return start(before);
    },
    (failure) => reports.push(failure?.message),
  );
  (await kept.first).end();
  expect(await until(() => starts.length === 2, 5000)).toBe(true);
  expect(reports).toEqual([undefined, 'not yet']);
  await kept.stop();
});

/** Programs that run until they are stopped or until a test ends them. */
function things() {
  const starts: { before: unknown; stopped: boolean }[] = [];
  const start = async (before?: unknown) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const entry = { before, stopped: false };
    starts.push(entry);
    const stop = async () => {
      entry.stopped = true;
      resolve();
    };
    return { ended: promise, end: resolve, stop };
  };
  return { starts, start };
}
