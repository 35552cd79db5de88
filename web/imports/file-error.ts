import { InvalidInput } from '../../domain/failures.ts';

/** Why a whole file is not taken; stable and machine-readable. */
export type FileProblem =
  | 'too-large'
  | 'not-csv'
  | 'empty-file'
  | 'broken-file'
  | 'unknown-columns'
  | 'missing-columns';

/** A file that is not taken at all, in words; nothing of it was kept. */
export class FileError extends InvalidInput {
  override name = 'FileRefused';
  readonly code: FileProblem;
  constructor(code: FileProblem, message: string) {
    super({ file: message });
    this.code = code;
  }

  get status(): number {
    return this.code === 'too-large' ? 413 : 422;
  }
}
