import pg from 'pg';

/** The statements that `work` sends to PostgreSQL, over every connection of this process. */
export async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const sent: string[] = [];
  await breakingOff((text) => {
    sent.push(text);
    return false;
  }, work);
  return sent;
}

/**
 * Does `work` while the statement of this number, from 1, fails before it is sent. Returns whether `work` got that
 * far; if it did, it must have failed.
 */
export async function failingAt(number: number, work: () => Promise<unknown>): Promise<boolean> {
  let count = 0;
  try {
    await breakingOff(() => ++count === number, work);
  } catch (error) {
    if (count < number) throw error;
    return true;
  }
  if (count >= number) throw new Error(`Statement ${number} failed, and nobody was told.`);
  return false;
}

/** Does `work` while every statement of this text fails before it is sent. */
export const failingWhere = (statement: string, work: () => Promise<unknown>): Promise<void> =>
  breakingOff((text) => text === statement, work);

/** Does `work`, asking of each statement before it is sent whether it is to fail. */
async function breakingOff(fails: (text: string) => boolean, work: () => Promise<unknown>): Promise<void> {
  const original = pg.Client.prototype.query;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    const [first] = args as [string | { text?: string }];
    const text = typeof first === 'string' ? first : (first?.text ?? 'a cursor');
    if (fails(text)) return Promise.reject(Object.assign(new Error('broken off'), { code: 'XX000' }));
    return (original as (...args: unknown[]) => unknown).apply(this, args);
  } as typeof original;
  try {
    await work();
  } finally {
    pg.Client.prototype.query = original;
  }
}
