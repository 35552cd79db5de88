import { spyOnQueries } from './query-spy.ts';

/** The statements that `work` sends to PostgreSQL, over every connection of this process. */
export async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const sent: string[] = [];
  await spyOnQueries(({ text }) => sent.push(text), work);
  return sent;
}

/**
 * Runs `work` while its statement number `number`, from 1, fails before it is sent. Returns whether
 * `work` sent that many. Throws if `work` succeeds despite the failure.
 */
export async function failingAt(number: number, work: () => Promise<unknown>): Promise<boolean> {
  let count = 0;
  try {
    await failing(() => ++count === number, work);
  } catch (error) {
    if (count < number) throw error;
    return true;
  }
  if (count >= number) throw new Error(`Statement ${number} failed, but the work succeeded.`);
  return false;
}

/** Runs `work` while every statement with this text fails before it is sent. */
export const failingWhere = (statement: string, work: () => Promise<unknown>): Promise<void> =>
  failing((text) => text === statement, work);

/** Runs `work` while the statements that `fails` selects fail before they are sent. */
const failing = (fails: (text: string) => boolean, work: () => Promise<unknown>): Promise<void> =>
  spyOnQueries(({ text }) => {
    if (fails(text)) throw Object.assign(new Error('broken off'), { code: 'XX000' });
  }, work);
