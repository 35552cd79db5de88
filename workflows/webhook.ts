import { condition, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { NextAttempt } from '../activities/deliveries.ts';
import { retryNow, type WebhookDeliveryInput } from '../engine/contract.ts';
import { databaseStep, failedForGood, webhookStep } from './activity-proxies.ts';

/**
 * Delivers one event to one endpoint: makes an attempt and waits for the next one, until the endpoint accepts the event,
 * the endpoint is off, or no attempt is left. The schedule is in the database only, and each attempt returns the next
 * one. So a second run continues where the first one ended: its attempt 1 is already recorded and is not repeated.
 */
export async function webhook({ deliveryId }: WebhookDeliveryInput): Promise<void> {
  let isWoken = false;
  const wake = () => {
    isWoken = true;
  };
  setHandler(retryNow, wake, { description: 'Makes the next attempt now' });

  let next = await send(1);
  while (next !== null) {
    setCurrentDetails(detailsOf(next));
    const left = next.dueAt - Date.now();
    if (left > 0)
      await condition(() => isWoken, left, { summary: `Wait for attempt ${next.number} of ${next.tries}` });
    // A signal during an attempt causes another one at once, because its sender may have seen that attempt fail.
    isWoken = false;
    next = await send(next.number);
  }
  setCurrentDetails('**Finished.**');

  async function send(number: number): Promise<NextAttempt | null> {
    try {
      return await webhookStep(`Attempt ${number}`).tryDelivery(deliveryId, number);
    } catch (error) {
      if (!failedForGood(error)) throw error;
      await databaseStep('Mark the delivery as failed').giveUpDelivery(deliveryId);
      return null;
    }
  }
}

/** What an operator reads in the Temporal UI. */
function detailsOf({ number, tries, dueAt, lastOutcome, lastStatus }: NextAttempt): string {
  const due = `**Attempt ${number} of ${tries}** is due at ${new Date(dueAt).toISOString()}.`;
  if (lastOutcome === null) return due;
  const answer = lastStatus === null ? '' : ` (status ${lastStatus})`;
  return `${due}\n\nLast attempt: \`${lastOutcome}\`${answer}. Send the signal \`retryNow\` to attempt it now.`;
}
