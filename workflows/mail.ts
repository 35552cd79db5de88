import { condition, setCurrentDetails, setHandler } from '@temporalio/workflow';
import { type MailInput, retryNow } from '../engine/contract.ts';
import { databaseStep, failedForGood, localRead, mailStep } from './activity-proxies.ts';

/**
 * Sends one mail: waits for the next attempt and makes it, until the server accepts the mail, refuses it for good, or no
 * attempt is left. Receiver, text and schedule are in the database only.
 */
export async function mail({ mailId }: MailInput): Promise<void> {
  let isWoken = false;
  const wake = () => {
    isWoken = true;
  };
  setHandler(retryNow, wake, { description: 'Makes the next attempt now' });

  for (;;) {
    const next = await localRead('Read the next attempt').nextMailTry(mailId);
    if (next === null) return setCurrentDetails('**Finished.**');
    setCurrentDetails(`**Attempt ${next.number}** is due at ${new Date(next.dueAt).toISOString()}.`);
    const left = next.dueAt - Date.now();
    if (left > 0) await condition(() => isWoken, left, { summary: `Wait for attempt ${next.number}` });
    isWoken = false;
    await send(next.number);
  }

  async function send(number: number) {
    try {
      await mailStep(`Attempt ${number}`).attemptMail(mailId, number);
    } catch (error) {
      if (!failedForGood(error)) throw error;
      await databaseStep('Mark the email as failed').giveUpMail(mailId);
    }
  }
}
