import { spyOnQueries } from '../../bench/query-spy.ts';

/** The statements that `work` sends to PostgreSQL, over every connection of this process. */
export async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const sent: string[] = [];
  await spyOnQueries(({ text }) => sent.push(text), work);
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
const breakingOff = (fails: (text: string) => boolean, work: () => Promise<unknown>): Promise<void> =>
  spyOnQueries(({ text }) => {
    if (fails(text)) throw Object.assign(new Error('broken off'), { code: 'XX000' });
  }, work);
