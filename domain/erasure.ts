/** The name of an erased person, as the SQL function `erased_name` builds it. */
export const erasedName = (userId: number): string => `Former employee #${userId}`;

/** The warning for a call or a line about an erased person. */
export const erasedWarning = "This person's data was erased, so nothing was stored.";

/** Why a person cannot be erased yet, in words. */
export const erasureObstacles = {
  'still-open': 'This person still has open items. Clear them first.',
  corrected: 'A device is still with this person. Recover it first.',
  'step-failed': 'A step in their offboarding failed. Retry it first.',
  'delivery-pending':
    "A webhook about this person is still pending. Try again once it's delivered or has failed.",
  'mail-pending':
    "An email to or about this person is still pending. Try again once it's sent or has failed.",
  'import-open': "A file that names this person hasn't been imported yet. Import or discard it first.",
} as const;
export type ErasureObstacle = keyof typeof erasureObstacles;
