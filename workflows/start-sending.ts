import { starting } from './steps.ts';

/** Starts the process of every webhook delivery and every mail that a completion has caused. They outlive the leaver's process. */
export const startSending = (offboardingId: number): Promise<void> =>
  starting('Start webhooks and mails').startSending(offboardingId);
