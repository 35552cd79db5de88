import { startStep } from './activity-proxies.ts';

/** Starts the process of every webhook delivery and every mail that a completion has caused. They outlive the leaver's process. */
export const startSending = (offboardingId: number): Promise<void> =>
  startStep('Start webhooks and mails').startSending(offboardingId);
