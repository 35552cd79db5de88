/** The request cannot be read, so nothing was done. The error page answers 400. */
export class MalformedRequest extends Error {
  override name = 'MalformedRequest';
  readonly status = 400;
}
