/**
 * Why a sign-in with the provider was refused, as the settings say it. The browser gets the same sentence for all, because
 * a stranger must not learn who works here.
 */
export const refusalCauses = {
  'not-asked': 'No sign-in was started in this browser in the last 10 minutes.',
  'provider-refused': 'The provider refused the sign-in.',
  'provider-silent': "The provider didn't respond within 5 seconds.",
  'invalid-answer': "The provider's response wasn't valid.",
  'unknown-person': 'No one here matches this account.',
  'email-has-role':
    'People with a role are never linked by email. Send this person an invitation, and have them open it and sign in.',
  'linked-to-another': "This person's record is linked to another account at the provider.",
  'no-access': 'This person is suspended, offboarded, or inactive in the directory.',
  'invitation-over': 'The invitation was used or has expired.',
  'no-role-claim': "The role claim is missing from the provider's response.",
  'too-many-groups': 'This person has too many groups, so the provider left out the role claim.',
  'no-email': "This person's record has no email, which a role needs.",
  'no-role': "None of this person's groups gives them a role.",
} as const;
export type RefusalCause = keyof typeof refusalCauses;

/** How long refusals are listed in the settings, in days. */
export const refusalsKeptDays = 30;

/** A refused sign-in with the provider. `detail` is the provider's error code, never a token or an address. */
export class SignInRefused extends Error {
  override name = 'SignInRefused';
  readonly refusal: RefusalCause;
  /** The person, if one was found. */
  readonly userId: number | null;
  readonly detail: string | null;

  constructor(refusal: RefusalCause, userId: number | null = null, detail: string | null = null) {
    super(refusalCauses[refusal]);
    this.refusal = refusal;
    this.userId = userId;
    this.detail = detail;
  }
}
