/** How many lines are carried out at the same time: each is a transaction of its own. */
const atOnce = 4;

/**
 * Works through groups, several at the same time; the members of one group one after another. An error ends all
 * of it, after what is under way: nothing goes on behind the back of whoever tries again.
 */
export async function inLanes<T>(groups: readonly T[][], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = groups.values();
  let hasFailed = false;
  const lane = async () => {
    try {
      for (const group of waiting) {
        for (const item of group) {
          if (hasFailed) return;
          await work(item);
        }
      }
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: atOnce }, lane));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
