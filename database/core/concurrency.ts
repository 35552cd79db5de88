import { Semaphore } from 'async-mutex';

/**
 * Runs `work` for each item, `width` of them at the same time, in their order. After an error nothing more is begun, and
 * it is thrown when what is under way has ended, so that a caller who tries again does not meet it. Work of several
 * parts asks `goesOn` before each.
 */
export async function runConcurrently<T>(
  items: readonly T[],
  width: number,
  work: (item: T, goesOn: () => boolean) => Promise<void>,
): Promise<void> {
  const semaphore = new Semaphore(width);
  const errors: unknown[] = [];
  const goesOn = () => errors.length === 0;
  const workOn = async (item: T) => {
    try {
      if (goesOn()) await work(item, goesOn);
    } catch (error) {
      errors.push(error);
    }
  };
  await Promise.all(items.map((item) => semaphore.runExclusive(() => workOn(item))));
  if (errors.length > 0) throw errors[0];
}
