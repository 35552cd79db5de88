import type { Call, Line } from './line.ts';
import { statementReader } from './statements.ts';

/** Something said over a line to PostgreSQL: on its way there, or (`answered`) carried out, its answer on the way back. */
export interface Said {
  statement: string;
  answered: boolean;
}

export const isCommit = (statement: string): boolean => statement.startsWith('commit after ');

/**
 * Reports every statement that goes over a line to PostgreSQL, and the answer to every COMMIT. Until a report is dealt
 * with, what it is about is held back. Returns how to stop.
 */
export function overhear(line: Line, report: (said: Said, call: Call) => Promise<void> | void): () => void {
  const calls = new WeakMap<Call, Conversation>();
  line.tap = async (bytes, direction, call) => {
    const conversation = calls.get(call) ?? converse(bytes, direction);
    calls.set(call, conversation);
    for (const said of conversation(bytes, direction)) await report(said, call);
  };
  return () => {
    line.tap = null;
  };
}

type Conversation = (bytes: Buffer, direction: 'there' | 'back') => Said[];

function converse(first: Buffer, direction: 'there' | 'back'): Conversation {
  // A connection that was there before has begun long ago.
  const read = statementReader(direction === 'there' && startsAnew(first));
  let before = 'nothing';
  let committing: string | null = null;

  return (bytes, way) => {
    if (way === 'back') {
      const done = committing;
      committing = null;
      return done === null ? [] : [{ statement: done, answered: true }];
    }
    return read(bytes).map((text) => {
      const commits = /^commit$/i.test(text.trim());
      const statement = commits ? `commit after ${before}` : shortened(text);
      if (commits) committing = statement;
      else before = statement;
      return { statement, answered: false };
    });
  };
}

/** The first message of a connection has no type: it begins with its length, which is short. */
const startsAnew = (bytes: Buffer) => bytes[0] === 0;

/** Without the values in it, in a line. */
const shortened = (text: string): string =>
  text
    .replace(/'[^']*'/g, '…')
    .replace(/\b\d+\b/g, '#')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 90);

/**
 * Cuts the connection that says the next COMMIT: before PostgreSQL hears of it, or after it has carried it out.
 * Returns whether it has come to that.
 */
export function cutNextCommit(line: Line, when: 'before' | 'after'): () => boolean {
  let isCut = false;
  const stop = overhear(line, ({ statement, answered }, call) => {
    if (isCut || !isCommit(statement) || answered !== (when === 'after')) return;
    isCut = true;
    stop();
    call.reset();
  });
  return () => isCut;
}
