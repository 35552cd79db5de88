/**
 * Runs `work` for each item, `width` of them at the same time, in their order. An error ends all of it, after what is
 * under way: nothing goes on behind the back of whoever tries again. Work of several parts asks `goesOn` before each.
 */
export async function inFlight<T>(
  items: readonly T[],
  width: number,
  work: (item: T, goesOn: () => boolean) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  let hasFailed = false;
  const goesOn = () => !hasFailed;
  const lane = async () => {
    try {
      for (const item of waiting) {
        if (hasFailed) return;
        await work(item, goesOn);
      }
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(width, items.length) }, lane));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
