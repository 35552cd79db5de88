import type { ProxyConnection, TcpProxy } from '../../testing/servers/tcp-proxy.ts';
import { statementReader } from './postgres-protocol.ts';

/** A statement on its way to PostgreSQL, or (`answered`) the answer to it on its way back. */
export interface ObservedStatement {
  statement: string;
  answered: boolean;
}

const isCommit = (statement: string): boolean => statement.startsWith('commit after ');

/**
 * Reports every statement that passes a proxy to PostgreSQL, and the answer to every COMMIT. The proxy holds the data
 * back until `report` resolves. Returns a function that stops it.
 */
export function watchStatements(
  proxy: TcpProxy,
  report: (observed: ObservedStatement, connection: ProxyConnection) => Promise<void> | void,
): () => void {
  const observers = new WeakMap<ProxyConnection, StatementObserver>();
  proxy.tap = async (bytes, direction, connection) => {
    const observe = observers.get(connection) ?? createObserver(bytes, direction);
    observers.set(connection, observe);
    for (const observed of observe(bytes, direction)) await report(observed, connection);
  };
  return () => {
    proxy.tap = null;
  };
}

type StatementObserver = (bytes: Buffer, direction: 'there' | 'back') => ObservedStatement[];

function createObserver(first: Buffer, direction: 'there' | 'back'): StatementObserver {
  // A connection that is open already has sent its startup message.
  const read = statementReader(direction === 'there' && isStartupMessage(first));
  let before = 'nothing';
  let committing: string | null = null;

  return (bytes, direction) => {
    if (direction === 'back') {
      const done = committing;
      committing = null;
      return done === null ? [] : [{ statement: done, answered: true }];
    }
    return read(bytes).map((text) => {
      const commits = /^commit$/i.test(text.trim());
      const statement = commits ? `commit after ${before}` : withoutValues(text);
      if (commits) committing = statement;
      else before = statement;
      return { statement, answered: false };
    });
  };
}

/** The first message of a connection has no type byte: it begins with its length, whose first byte is 0. */
const isStartupMessage = (bytes: Buffer) => bytes[0] === 0;

/** One line, without literal values. */
const withoutValues = (text: string): string =>
  text
    .replace(/'[^']*'/g, '…')
    .replace(/\b\d+\b/g, '#')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 90);

/**
 * Resets the connection of the next COMMIT: before PostgreSQL gets it, or after PostgreSQL has committed.
 * The returned function says whether that has happened.
 */
export function cutNextCommit(proxy: TcpProxy, when: 'before' | 'after'): () => boolean {
  let isCut = false;
  const stop = watchStatements(proxy, ({ statement, answered }, connection) => {
    if (isCut || !isCommit(statement) || answered !== (when === 'after')) return;
    isCut = true;
    stop();
    connection.reset();
  });
  return () => isCut;
}
