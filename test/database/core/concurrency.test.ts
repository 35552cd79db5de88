import { expect, it } from 'vitest';
import { runConcurrently } from '../../../database/core/concurrency.ts';
import { runAll } from '../../../database/core/run-all.ts';

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const ten = Array.from({ length: 10 }, (_, i) => i);

it('has as many in flight as it may, in their order', async () => {
  let now = 0;
  let most = 0;
  const begun: number[] = [];
  await runConcurrently(ten, 3, async (item) => {
    begun.push(item);
    most = Math.max(most, ++now);
    await pause(5);
    now--;
  });
  expect([most, begun]).toEqual([3, ten]);
});

it('ends with the first error, after what is under way', async () => {
  const begun: number[] = [];
  let ended = 0;
  const work = runConcurrently(ten, 3, async (item) => {
    begun.push(item);
    await pause(item === 1 ? 5 : 30);
    ended++;
    if (item === 1) throw new Error('broken');
  });
  await expect(work).rejects.toThrow('broken');
  expect([begun, ended]).toEqual([[0, 1, 2], 3]);
  await pause(50);
  expect(begun).toHaveLength(3);
});

it('does each alone, also after one that failed, and throws what failed', async () => {
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
