import { Semaphore } from 'async-mutex';

/**
 * Runs `work` for each item in order, `width` of them at the same time. After an error it starts nothing more, waits
 * for the running items and throws the error, so that a retry does not overlap with them. Work of several parts asks
 * `goesOn` before each part.
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
