import { condition, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { NextAttempt } from '../activities/deliveries.ts';
import { retryNow, type WebhookDeliveryInput } from '../engine/contract.ts';
import { databaseStep, failedForGood, webhookStep } from './activity-proxies.ts';

/**
 * One event on its way to one endpoint: tries, waits for the next try, until the endpoint has taken it, or is gone, or
 * the tries are used up. When and how often is in the database, and each try answers what comes next: a run that
 * follows another one asks for a first try that has been made, and goes on where that one ended.
 */
export async function webhook({ deliveryId }: WebhookDeliveryInput): Promise<void> {
  let isWoken = false;
  const wake = () => {
    isWoken = true;
  };
  setHandler(retryNow, wake, { description: 'Tries now instead of later' });

  let next = await send(1);
  while (next !== null) {
    setCurrentDetails(detailsOf(next));
    const left = next.dueAt - Date.now();
    if (left > 0) await condition(() => isWoken, left, { summary: `Try ${next.number} of ${next.tries}` });
    // Who asks while a try is being made may have seen the end of it already: then there is another one at once.
    isWoken = false;
    next = await send(next.number);
  }
  setCurrentDetails('**Closed.**');

  async function send(number: number): Promise<NextAttempt | null> {
    try {
      return await webhookStep(`Try ${number}`).tryDelivery(deliveryId, number);
    } catch (error) {
      if (!failedForGood(error)) throw error;
      await databaseStep('Give up').giveUpDelivery(deliveryId);
      return null;
    }
  }
}

/** What an operator reads in the Temporal UI. */
function detailsOf({ number, tries, dueAt, lastOutcome, lastStatus }: NextAttempt): string {
  const due = `**Try ${number} of ${tries}** is due at ${new Date(dueAt).toISOString()}.`;
  if (lastOutcome === null) return due;
  const answer = lastStatus === null ? '' : ` (status ${lastStatus})`;
  return `${due}\n\nThe try before: \`${lastOutcome}\`${answer}. Send the signal \`retryNow\` to try at once.`;
}
