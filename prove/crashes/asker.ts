import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { castPassword } from '../../testing/cast/cast.ts';
import { messagesOn } from '../../testing/web/page-messages.ts';
import type { Answer, Browserlike } from '../../testing/web/web.ts';
import type { Machine } from '../machine/machine.ts';

const patience = 120_000;

/** Signs somebody in, as soon as that works. */
export async function signIn(machine: Machine, email: string): Promise<Browserlike> {
  const browser = machine.stranger();
  for (const end = Date.now() + patience; Date.now() < end; await pause(250)) {
    const answer = await orNull(browser.post('/session', { email, password: castPassword }));
    if (answer?.status === 303) return browser;
  }
  throw new Error(`${email} could not sign in`);
}

/**
 * Completes somebody's offboarding as a person does who is not told clearly: the page keeps asking by its token, and
 * when there is no page, the form is sent again. Returns how often it was sent. Throws when it never works.
 */
export async function completeStubbornly(browser: Browserlike, userId: number): Promise<number> {
  const token = randomUUID();
  let form = token;
  let asked = 0;
  for (const end = Date.now() + patience; Date.now() < end; ) {
    asked++;
    const answer = await orNull(browser.post(`/offboarding/${userId}/completion`, { token: form }));
    if (answer?.status === 303) return asked;
    if (answer?.status === 202 && (await becomesOfIt(browser, userId, form, end))) return asked;
    // "Asked too long ago" and "interrupted" ask for a new form.
    if (answer?.status === 409) form = randomUUID();
    await pause(250);
  }
  throw new Error(`The offboarding of user ${userId} could not be completed`);
}

/** Whether it was done; false when the page says that it was lost, or was not begun. */
async function becomesOfIt(
  browser: Browserlike,
  userId: number,
  token: string,
  end: number,
): Promise<boolean> {
  while (Date.now() < end) {
    await pause(250);
    const answer = await orNull(browser.get(`/offboarding/${userId}/answer?token=${token}`));
    if (answer === null || answer.status >= 500) continue;
    const words = messagesOn(answer.text) ?? '';
    if (words.includes('has not answered yet')) continue;
    return /Marked as offboarded|Already completed/.test(words);
  }
  return false;
}

const orNull = (answer: Promise<Answer>): Promise<Answer | null> => answer.catch(() => null);
