/** Whether people with a role above employee must have a second factor. */
export const secondFactorRules = ['optional', 'required'] as const;
export type SecondFactorRule = (typeof secondFactorRules)[number];

/** How many recovery codes a person gets at once. */
export const recoveryCodesMade = 10;

/** The most passkeys of one person. */
export const mostPasskeys = 20;

/** A change of a person's second factors, of which they are notified. */
export type FactorChange =
  | 'passkey_added'
  | 'passkey_removed'
  | 'app_added'
  | 'app_removed'
  | 'codes_made'
  | 'all_removed';

const ifNotYou = "If this wasn't you, change your password and tell a super admin.";

const words: Record<FactorChange, string> = {
  passkey_added: `A passkey was added to your account. ${ifNotYou}`,
  passkey_removed: `A passkey was removed from your account. ${ifNotYou}`,
  app_added: `An authenticator app was added to your account. ${ifNotYou}`,
  app_removed: `The authenticator app was removed from your account. ${ifNotYou}`,
  codes_made: `New recovery codes were created for your account. ${ifNotYou}`,
  all_removed:
    "A super admin removed your second factors and signed you out. If you didn't ask for this, tell another super admin.",
};

/** The sentence about a change of the reader's own second factors. */
export const factorChangeWords = (change: unknown): string =>
  words[change as FactorChange] ?? 'Your second factors were changed.';
