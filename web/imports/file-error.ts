import { InvalidInput } from '../../domain/failures.ts';

/** Why a whole file is refused. The codes are part of the API. */
export type FileProblem =
  | 'too-large'
  | 'not-csv'
  | 'empty-file'
  | 'broken-file'
  | 'mixed-dates'
  | 'unknown-columns'
  | 'missing-columns';

/** The whole file is refused, and nothing of it was stored. */
export class FileError extends InvalidInput {
  override name = 'FileError';
  readonly code: FileProblem;
  constructor(code: FileProblem, message: string) {
    super({ file: message });
    this.code = code;
  }

  get status(): number {
    return this.code === 'too-large' ? 413 : 422;
  }
}
