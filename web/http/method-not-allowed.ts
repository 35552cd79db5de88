/** The address exists, but not for this method. The error page answers 405 with the header `Allow`. */
export class MethodNotAllowed extends Error {
  override name = 'MethodNotAllowed';
  readonly allow: string;
  constructor(allow: string) {
    super(`This URL only accepts ${allow}.`);
    this.allow = allow;
  }
}

/** The methods of the routes of one address, as the header `Allow` lists them. */
export const allowOf = (routes: readonly { method: string }[]): string =>
  routes.map(({ method }) => method.toUpperCase()).join(', ');
