import { condition, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { retryNow, type WebhookDeliveryInput } from './messages.ts';
import { failedForGood, readings, sending, step } from './steps.ts';
import { detailsOf } from './webhook.ts';

/**
 * The deliveries that began before `webhook` was their process, which asks for the same with half the tasks: looks for
 * the next try before each. One has a new name because a worker of the version before, which an upgrade may have running
 * for minutes, must not begin it the old way. A delivery lasts three days, so this one can go soon.
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
