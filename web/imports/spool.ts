import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The bytes of an upload: while they arrive, and as often as needed afterwards. */
export interface Spooled {
  arriving: AsyncIterable<Uint8Array>;
  /** Only after `arriving` was read to its end. */
  again(): AsyncIterable<Uint8Array>;
}

/**
 * Keeps an upload in a temporary file while `work` runs, so that it can be checked whole before a line of it is
 * stored. The file loses its name at once, so that nothing of it is left after a crash.
 */
export async function spooled<T>(
  bytes: AsyncIterable<Uint8Array>,
  work: (upload: Spooled) => Promise<T>,
): Promise<T> {
  const file = await namelessFile();
  try {
    return await work({
      arriving: copied(bytes, file),
      again: () => file.createReadStream({ start: 0, autoClose: false }),
    });
  } finally {
    // Not awaited, because a client whose file is refused goes on sending until it has the response.
    file.close().catch(() => {});
  }
}

async function namelessFile(): Promise<FileHandle> {
  const name = path.join(tmpdir(), `lastday-upload-${randomUUID()}`);
  const file = await open(name, 'wx+', 0o600);
  await unlink(name);
  return file;
}

async function* copied(bytes: AsyncIterable<Uint8Array>, file: FileHandle): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    await file.writeFile(chunk);
    yield chunk;
  }
}
