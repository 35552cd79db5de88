import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { FileError } from './file-error.ts';

/**
 * Decodes a file as a stream: UTF-8 with or without a byte order mark, UTF-16 with one, else Windows-1252. The first
 * chunk with letters other than ASCII decides. Every line break becomes `\n`. Throws FileError for other files.
 */
export async function* textOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const lines = lineBreaks();
  for await (const text of decoded(bytes)) {
    // UTF-32 begins like UTF-16 and then has them everywhere; PostgreSQL can store none.
    if (text.includes('\0')) throw new FileError('not-csv', zeroBytes);
    yield lines.next(text);
  }
  yield lines.end();
}

const zeroBytes = "This file contains zero bytes, so it isn't a CSV file. Save it as CSV in UTF-8.";

async function* decoded(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  let held: Buffer = Buffer.alloc(0);
  let isFirst = true;
  for await (const chunk of bytes) {
    const next: Buffer = Buffer.concat([held, chunk]);
    if (isFirst && next.length < longestMark) {
      held = next;
      continue;
    }
    if (isFirst) refuseOtherFiles(next);
    decoder ??= isFirst ? byMark(next) : null;
    isFirst = false;
    // A letter that is cut off at the end of the chunk is decoded with the next chunk.
    const cut = decoder === null ? startOfIncompleteLetter(next) : next.length;
    held = Buffer.from(next.subarray(cut));
    const known = next.subarray(0, cut);
    decoder ??= byLetters(known);
    yield decode(decoder, known, true);
  }
  decoder ??= isFirst ? byMark(held) : null;
  decoder ??= byLetters(held);
  yield decode(decoder, held, true) + decode(decoder, Buffer.alloc(0), false);
}

const longestMark = 4;

function byMark(bytes: Buffer): TextDecoder | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return utf8();
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le', { fatal: true });
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be', { fatal: true });
  return null;
}

/** Null while there is only ASCII, which is the same in both encodings. */
function byLetters(bytes: Buffer): TextDecoder | null {
  if (isAscii(bytes)) return null;
  return isUtf8(bytes) || isDamagedUtf8(bytes) ? utf8() : new TextDecoder('windows-1252');
}

/** Whether most letters are valid UTF-8. Such a file is refused, because as Windows-1252 it would be garbled. */
function isDamagedUtf8(bytes: Buffer): boolean {
  const text = bytes.toString('latin1');
  const letters =
    text.match(/[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/g) ?? [];
  const others = text.match(/[\x80-\xff]/g)!.length - letters.join('').length;
  return letters.length > others;
}

const utf8 = () => new TextDecoder('utf-8', { fatal: true });

/** The index of an incomplete UTF-8 letter at the end; the length when there is none. */
function startOfIncompleteLetter(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return bytes.length - back;
  }
  return bytes.length;
}

function decode(decoder: TextDecoder | null, bytes: Buffer, stream: boolean): string {
  if (decoder === null) return bytes.toString('latin1');
  try {
    return decoder.decode(bytes, { stream });
  } catch {
    throw new FileError(
      'not-csv',
      "This file's characters can't be read: it isn't all UTF-8 or all Windows-1252. Save it as CSV in UTF-8.",
    );
  }
}

const zip = Buffer.from('PK\u0003\u0004');
const oldExcel = Buffer.from([0xd0, 0xcf, 0x11, 0xe0]);

function refuseOtherFiles(bytes: Buffer) {
  if (bytes.subarray(0, 4).equals(zip) || bytes.subarray(0, 4).equals(oldExcel)) {
    throw new FileError(
      'not-csv',
      'This is a spreadsheet or an archive, not a CSV file. Open it, choose “Save as”, and save it as CSV.',
    );
  }
  if (byMark(bytes) === null && bytes.includes(0)) {
    throw new FileError('not-csv', "This isn't a text file, so it can't be a CSV file.");
  }
}

/** Replaces `\r\n` and `\r` by `\n`, also when a chunk ends between the two. */
function lineBreaks() {
  let endsWithReturn = false;
  return {
    next(text: string): string {
      const whole = endsWithReturn ? `\r${text}` : text;
      endsWithReturn = whole.endsWith('\r');
      return (endsWithReturn ? whole.slice(0, -1) : whole).replace(/\r\n?/g, '\n');
    },
    end: () => (endsWithReturn ? '\n' : ''),
  };
}
