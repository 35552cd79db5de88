import pg from 'pg';

/** A statement as it is passed to the driver. */
export interface Statement {
  text: string;
  values: unknown[];
}

/**
 * Runs `work` and calls `observe` with every statement before any connection of this process sends it. If `observe`
 * throws, the statement fails with that error and is not sent.
 */
export async function spyOnQueries(
  observe: (statement: Statement) => void,
  work: () => Promise<unknown>,
): Promise<void> {
  const original = pg.Client.prototype.query;
  pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]) {
    try {
      observe(statementIn(args));
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
