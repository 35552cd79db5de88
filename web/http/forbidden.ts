/** The signed-in person lacks the permission. The error page answers 403. */
export class Forbidden extends Error {
  override name = 'Forbidden';
  constructor(message = "Your role doesn't allow this. Ask a super admin if you need it.") {
    super(message);
  }
}
