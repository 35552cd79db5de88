import { expect, test } from 'vitest';
import { runConcurrently } from '../../../database/core/concurrency.ts';
import { runAll } from '../../../database/core/run-all.ts';

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const ten = Array.from({ length: 10 }, (_, i) => i);

test('inFlight runs items in order, up to its limit at the same time', async () => {
  let running = 0;
  let mostRunning = 0;
  const started: number[] = [];
  await runConcurrently(ten, 3, async (item) => {
    started.push(item);
    mostRunning = Math.max(mostRunning, ++running);
    await pause(5);
    running--;
  });
  expect([mostRunning, started]).toEqual([3, ten]);
});

test('inFlight throws the first error, after the running items end', async () => {
  const started: number[] = [];
  let ended = 0;
  const work = runConcurrently(ten, 3, async (item) => {
    started.push(item);
    await pause(item === 1 ? 5 : 30);
    ended++;
    if (item === 1) throw new Error('broken');
  });
  await expect(work).rejects.toThrow('broken');
  expect([started, ended]).toEqual([[0, 1, 2], 3]);
  await pause(50);
  expect(started).toHaveLength(3);
});

test('runAll runs every function, even after a failure, and throws the failures', async () => {
  const done: number[] = [];
  const works = ten.map((item) => async () => {
    if (item === 2) throw new Error('two');
    done.push(item);
  });
  await expect(runAll(works)).rejects.toThrow('two');
  expect(done).toHaveLength(9);
  const failing = () => Promise.reject(new Error('no'));
  await expect(runAll([failing, failing])).rejects.toBeInstanceOf(AggregateError);
});
