import pg from 'pg';

/** A statement as the driver gets it. */
export interface Statement {
  text: string;
  values: unknown[];
}

/**
 * Does `work`, hearing every statement before it is sent to PostgreSQL, over every connection of this process. What
 * `hear` throws is how the statement fails: it is not sent.
 */
export async function spyOnQueries(
  hear: (statement: Statement) => void,
  work: () => Promise<unknown>,
): Promise<void> {
  const original = pg.Client.prototype.query;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    try {
      hear(statementIn(args));
    } catch (error) {
      return Promise.reject(error);
    }
    return (original as (...args: unknown[]) => unknown).apply(this, args);
  } as typeof original;
  try {
    await work();
  } finally {
    pg.Client.prototype.query = original;
  }
}

function statementIn([first, values]: unknown[]): Statement {
  if (typeof first === 'string') return { text: first, values: (values as unknown[]) ?? [] };
  const { text = 'a cursor', values: own = [] } = first as Partial<Statement>;
  return { text, values: own };
}
