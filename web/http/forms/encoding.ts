import { isUtf8 } from 'node:buffer';

/**
 * What is wrong with percent-encoded text, as a sentence, or null. Node would decode a damaged byte as U+FFFD, so that a
 * name in Latin-1 would be stored without its letters.
 */
export function encodingProblem(encoded: string): string | null {
  const runs = encoded.match(/(?:%[0-9a-f]{2})+/gi) ?? [];
  const isDamaged = runs.some((run) => !isUtf8(Buffer.from(run.replaceAll('%', ''), 'hex')));
  return isDamaged ? 'Expected text in UTF-8.' : null;
}

/** What is wrong with the query string of an address, as a sentence, or null. */
export function queryProblem(address: string): string | null {
  // A query may have question marks of its own.
  const query = address.slice(address.split('?', 1)[0]!.length);
  return /%00/.test(query) ? "A zero byte isn't allowed here." : encodingProblem(query);
}
