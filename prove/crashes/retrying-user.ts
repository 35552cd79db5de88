import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { castPassword } from '../../testing/cast/cast.ts';
import { messagesOn } from '../../testing/web/page-messages.ts';
import type { Answer, Browserlike } from '../../testing/web/web.ts';
import type { Machine } from '../machine/machine.ts';

const deadlineMs = 120_000;

/** Signs a user in; retries until it works. */
export async function signIn(machine: Machine, email: string): Promise<Browserlike> {
  const browser = machine.newBrowser();
  for (const end = Date.now() + deadlineMs; Date.now() < end; await pause(250)) {
    const answer = await orNull(browser.post('/session', { email, password: castPassword }));
    if (answer?.status === 303) return browser;
  }
  throw new Error(`${email} could not sign in`);
}

/**
 * Completes an offboarding like a user who gets no clear answer: polls the result page, or else sends the form again.
 * Returns the number of attempts. Throws after two minutes.
 */
export async function completeWithRetries(browser: Browserlike, userId: number): Promise<number> {
  const token = randomUUID();
  let form = token;
  let attempts = 0;
  for (const end = Date.now() + deadlineMs; Date.now() < end; ) {
    attempts++;
    const answer = await orNull(browser.post(`/offboarding/${userId}/completion`, { token: form }));
    if (answer?.status === 303) return attempts;
    if (answer?.status === 202 && (await isCompletedInTheEnd(browser, userId, form, end))) return attempts;
    // "Asked too long ago" and "interrupted" need a new form.
    if (answer?.status === 409) form = randomUUID();
    await pause(250);
  }
  throw new Error(`The offboarding of user ${userId} could not be completed`);
}

/** Polls the result page; false when it says that the request was lost or not begun. */
async function isCompletedInTheEnd(
  browser: Browserlike,
  userId: number,
  token: string,
  end: number,
): Promise<boolean> {
  while (Date.now() < end) {
    await pause(250);
    const answer = await orNull(browser.get(`/offboarding/${userId}/answer?token=${token}`));
    if (answer === null || answer.status >= 500) continue;
    const message = messagesOn(answer.text) ?? '';
    if (message.includes('Still working.')) continue;
    return /is now offboarded|Already completed/.test(message);
  }
  return false;
}

const orNull = (answer: Promise<Answer>): Promise<Answer | null> => answer.catch(() => null);
