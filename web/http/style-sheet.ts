import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Reads a style sheet with the files that it imports, so that a browser needs one request for all of them. */
export function readStyleSheet(file: string): string {
  return readFileSync(file, 'utf8').replaceAll(/@import "(.+)";/g, (_, imported: string) =>
    readStyleSheet(path.join(path.dirname(file), imported)),
  );
}
