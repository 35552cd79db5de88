import { condition, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { retryNow, type WebhookDeliveryInput } from './messages.ts';
import { failedForGood, readings, sending, step } from './steps.ts';

/**
 * One event on its way to one endpoint: waits for the next try, tries, until the endpoint has taken it, or
 * is gone, or the tries are used up. When and how often is in the database, so that a new run goes on where
 * another one ended.
 */
export async function webhookDelivery({ deliveryId }: WebhookDeliveryInput): Promise<void> {
  const reading = readings();
  let isWoken = false;
  const wake = () => {
    isWoken = true;
  };
  setHandler(retryNow, wake, { description: 'Tries now instead of later' });

  for (;;) {
    const next = await reading('Look for the next try').nextTry(deliveryId);
    if (next === null) return setCurrentDetails('**Closed.**');
    setCurrentDetails(detailsOf(next));
    const left = next.dueAt - Date.now();
    if (left > 0) {
      await condition(() => isWoken, left, { summary: `Try ${next.number} of ${next.tries}` });
    }
    // Who asks while a try is being made may have seen the end of it already: then there is another one at once.
    isWoken = false;
    await send(next.number);
  }

  async function send(number: number) {
    try {
      await sending(`Try ${number}`).attemptDelivery(deliveryId, number);
    } catch (error) {
      if (!failedForGood(error)) throw error;
      await step('Give up').giveUpDelivery(deliveryId);
    }
  }
}

type ComingTry = NonNullable<Awaited<ReturnType<Activities['nextTry']>>>;

/** What an operator reads in the Temporal UI. */
function detailsOf({ number, tries, dueAt, lastOutcome, lastStatus }: ComingTry): string {
  const due = `**Try ${number} of ${tries}** is due at ${new Date(dueAt).toISOString()}.`;
  if (lastOutcome === null) return due;
  const answer = lastStatus === null ? '' : ` (status ${lastStatus})`;
  return `${due}\n\nThe try before: \`${lastOutcome}\`${answer}. Send the signal \`retryNow\` to try at once.`;
}
