/** The kinds of items that can wait for something. */
export const waitingKinds = ['hardware', 'software', 'request'] as const;
export type WaitingKind = (typeof waitingKinds)[number];
