import { PassThrough, type Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import type { Request } from 'express';
import { importLimits } from '../../domain/imports/imports.ts';
import { FileError } from './file-error.ts';
import { tooLarge } from './ingest.ts';

/** A file that is being uploaded, and the form fields that precede it. */
export interface Upload {
  fileName: string;
  bytes: Readable;
  fields: Record<string, string>;
}

/** How much larger than its file a form may be, in bytes. */
const formOverhead = 64 * 1024;

/**
 * Streams the file of a multipart form to `read`, and returns its result. When `read` fails, the rest of the upload is
 * discarded, so that the browser receives the response. Throws FileError when there is no file.
 */
export async function streamUpload<T>(request: Request, read: (upload: Upload) => Promise<T>): Promise<T> {
  if (!request.is('multipart/form-data')) throw new FileError('not-csv', 'Choose a CSV file to upload.');
  if (Number(request.get('Content-Length') ?? 0) > importLimits.bytes + formOverhead) throw tooLarge();
  const form = formOf(request);
  try {
    return await parseUpload(request, form, read);
  } finally {
    request.unpipe(form);
    request.resume();
  }
}

function formOf(request: Request): BusboyInstance {
  try {
    return new Busboy({
      headers: { ...request.headers, 'content-type': request.get('Content-Type')! },
      limits: { files: 1, fields: 10, fieldSize: 1_000, parts: 11 },
    });
  } catch {
    throw unreadable();
  }
}

function parseUpload<T>(
  request: Request,
  form: BusboyInstance,
  read: (upload: Upload) => Promise<T>,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const fields: Record<string, string> = Object.create(null);
    let file: Readable | null = null;
    const abort = () => {
      file?.destroy(unreadable());
      reject(unreadable());
    };
    form.on('field', (name, value) => {
      fields[name] = value;
    });
    form.on('file', (_name, bytes, fileName) => {
      // The reader gets the stream's errors too; without a listener they would end the process.
      bytes.on('error', () => {});
      if (!fileName) return bytes.resume();
      file = bytes;
      return read({ fileName: shortFileName(fileName), bytes, fields }).then(resolve, reject);
    });
    form.on('finish', () => {
      if (file === null) reject(new FileError('empty-file', 'Choose a CSV file to upload.'));
    });
    form.on('error', abort);
    request.on('close', () => {
      if (!request.complete) abort();
    });
    request.pipe(form);
  });
}

/** Streams the body of a request to `read`, like `streamUpload`. */
export async function streamBody<T>(request: Request, read: (bytes: Readable) => Promise<T>): Promise<T> {
  if (Number(request.get('Content-Length') ?? 0) > importLimits.bytes) throw tooLarge();
  const bytes = new PassThrough();
  bytes.on('error', () => {});
  request.on('close', () => {
    if (!request.complete) bytes.destroy(unreadable());
  });
  try {
    return await read(request.pipe(bytes));
  } finally {
    request.unpipe(bytes);
    request.resume();
  }
}

const unreadable = () => new FileError('broken-file', 'The upload was interrupted or is damaged. Try again.');

/** The file's name without its path, which some browsers send; at most 100 characters. */
const shortFileName = (name: string) =>
  name
    .replace(/^.*[\\/]/, '')
    .replace(/\p{Cc}/gu, '')
    .slice(-100) || 'file.csv';
