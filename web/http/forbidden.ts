/** The signed-in person may not do this. */
export class Forbidden extends Error {
  override name = 'Forbidden';
  constructor(message = 'Your role does not allow this. Ask a super-admin if you need it.') {
    super(message);
  }
}
