import { PassThrough, type Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import type { Request } from 'express';
import { importLimits } from '../../domain/imports/imports.ts';
import { FileError } from './file-error.ts';
import { tooLarge } from './ingest.ts';

/** A file on its way in, and the fields that stand before it in the form. */
export interface Upload {
  fileName: string;
  bytes: Readable;
  fields: Record<string, string>;
}

/** What a form may be larger than its file, in bytes. */
const slack = 64 * 1024;

/**
 * Hands the file of a form to `take` while it comes in, and gives back what `take` makes of it. When `take`
 * fails, the rest is read and dropped, so that the browser gets to see the answer. FileRefused when there is
 * no file.
 */
export async function takeUpload<T>(request: Request, take: (upload: Upload) => Promise<T>): Promise<T> {
  if (!request.is('multipart/form-data')) throw new FileError('not-csv', 'Choose a CSV file to upload.');
  if (Number(request.get('Content-Length') ?? 0) > importLimits.bytes + slack) throw tooLarge();
  const form = formOf(request);
  try {
    return await taken(request, form, take);
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

function taken<T>(request: Request, form: BusboyInstance, take: (upload: Upload) => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const fields: Record<string, string> = Object.create(null);
    let file: Readable | null = null;
    const breakOff = () => {
      file?.destroy(unreadable());
      reject(unreadable());
    };
    form.on('field', (name, value) => {
      fields[name] = value;
    });
    form.on('file', (_name, bytes, fileName) => {
      // Whoever reads it hears of its errors.
      bytes.on('error', () => {});
      if (!fileName) return bytes.resume();
      file = bytes;
      return take({ fileName: shortened(fileName), bytes, fields }).then(resolve, reject);
    });
    form.on('finish', () => {
      if (file === null) reject(new FileError('empty-file', 'Choose a CSV file to upload.'));
    });
    form.on('error', breakOff);
    request.on('close', () => {
      if (!request.complete) breakOff();
    });
    request.pipe(form);
  });
}

/** Hands the body of a request to `take` as a file, in the same way. */
export async function takeBody<T>(request: Request, take: (bytes: Readable) => Promise<T>): Promise<T> {
  if (Number(request.get('Content-Length') ?? 0) > importLimits.bytes) throw tooLarge();
  const bytes = new PassThrough();
  bytes.on('error', () => {});
  request.on('close', () => {
    if (!request.complete) bytes.destroy(unreadable());
  });
  try {
    return await take(request.pipe(bytes));
  } finally {
    request.unpipe(bytes);
    request.resume();
  }
}

const unreadable = () =>
  new FileError('broken-file', 'The upload broke off or cannot be read. Please try again.');

/** For people to know it by; browsers may send a path. */
const shortened = (name: string) =>
  name
    .replace(/^.*[\\/]/, '')
    .replace(/\p{Cc}/gu, '')
    .slice(-100) || 'file.csv';
