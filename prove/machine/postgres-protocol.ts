/**
 * Extracts the SQL of each Query and Parse message from the bytes that one client sends to PostgreSQL. It skips all
 * other messages. `fromTheStart`: the first message is the startup message.
 */
export function statementReader(fromTheStart: boolean): (bytes: Buffer) => string[] {
  let rest: Buffer = Buffer.alloc(0);
  let isOpening = fromTheStart;

  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    const statements: string[] = [];
    for (;;) {
      // Only the startup message has no type byte before its length.
      const head = isOpening ? 0 : 1;
      if (rest.length < head + 4) return statements;
      const length = head + rest.readInt32BE(head);
      if (rest.length < length) return statements;
      if (!isOpening) statements.push(...textIn(rest.subarray(0, length)));
      isOpening = false;
      rest = rest.subarray(length);
    }
  };
}

function textIn(message: Buffer): string[] {
  const type = String.fromCharCode(message[0]!);
  if (type === 'Q') return [message.toString('utf8', 5, message.length - 1)];
  if (type !== 'P') return [];
  const nameEnds = message.indexOf(0, 5);
  return [message.toString('utf8', nameEnds + 1, message.indexOf(0, nameEnds + 1))];
}
