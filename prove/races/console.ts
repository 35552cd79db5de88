import { messagesOn } from '../../testing/web/page-messages.ts';
import type { Browserlike, Answer as Response } from '../../testing/web/web.ts';
import { type Answer, type Client, noAnswer, type Operation, oneByOne, operationKinds } from './operation.ts';

/** A manager is changed with a form that has everything about the person in it. */
const kinds = operationKinds.filter((kind) => kind !== 'manager');

/** The console, for an admin who is signed in. */
export const consoleClient = (browser: Browserlike, actor: string): Client =>
  oneByOne(actor, kinds, async (operation) => {
    const [path, fields] = formOf(operation);
    try {
      return await answerOf(browser, operation, await browser.post(path, fields));
    } catch (error) {
      return noAnswer(error);
    }
  });

/** The form that asks for an operation: its address and its fields. */
function formOf(operation: Operation): [path: string, fields: Record<string, string>] {
  switch (operation.kind) {
    case 'assign':
      return [`/assets/${operation.assetId}/assignment`, { userId: String(operation.userId) }];
    case 'recover':
      return [
        `/assets/${operation.assetId}/recovery`,
        { condition: 'good', nextStatus: 'in_stock', note: '' },
      ];
    case 'give-seat':
      return [`/licenses/${operation.licenseId}/seats`, { userId: String(operation.userId) }];
    case 'revoke':
      return [`/seats/${operation.seatId}/revocation`, { token: crypto.randomUUID() }];
    case 'request':
      return ['/requests', { userId: String(operation.userId), item: 'A second monitor' }];
    case 'approve':
      return [`/requests/${operation.requestId}/approval`, {}];
    case 'resolve':
      return [
        `/requests/${operation.requestId}/resolution`,
        { outcome: operation.outcome, note: '', assetId: String(operation.assetId ?? '') },
      ];
    case 'end-date':
      return [`/users/${operation.userId}/end-date`, { endDate: operation.date ?? '' }];
    case 'manager':
      throw new Error('The console is not asked for this');
    case 'cancel':
      return [`/offboarding/${operation.userId}/cancellation`, {}];
    case 'complete':
      return [`/offboarding/${operation.userId}/completion`, { token: crypto.randomUUID() }];
  }
}

async function answerOf(browser: Browserlike, operation: Operation, response: Response): Promise<Answer> {
  if (response.status === 303) return noticed(browser);
  if (response.status === 202) return untilAnswered(browser, response.text);
  if (response.status >= 500) return { is: 'unknown', why: `${response.status}` };
  return asSaid(response, operation);
}

/** What the next page would say. */
function noticed(browser: Browserlike): Answer {
  const cookie = browser.cookies.get('lastday-notice');
  if (cookie === undefined) return { is: 'unknown', why: 'led on without a notice' };
  const { tone, text } = JSON.parse(Buffer.from(cookie, 'base64url').toString());
  return tone === 'success' ? { is: 'done' } : { is: tone === 'info' ? 'unchanged' : 'refused', why: text };
}

const askAgainAfter = 250;
const patience = 70_000;

/** The page keeps asking by its token while the engine is slow. */
async function untilAnswered(browser: Browserlike, page: string): Promise<Answer> {
  const address = /\/offboarding\/\d+\/answer\?token=[\w-]+/.exec(page)?.[0];
  if (address === undefined) return { is: 'unknown', why: 'nothing to ask again by' };
  for (const end = Date.now() + patience; Date.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, askAgainAfter));
    const { status, text } = await browser.get(address);
    if (status >= 500 || text.includes('has not answered yet')) continue;
    const [, tone, message] = /^(\w+): (.*)$/s.exec(messagesOn(text) ?? '') ?? [];
    // The page answers for whoever asked; that it was done already may mean by the very same question.
    if (message === undefined || tone === 'info' || tone === 'warning')
      return { is: 'unknown', why: message ?? '' };
    return tone === 'success' ? { is: 'done' } : { is: 'refused', why: message };
  }
  return { is: 'unknown', why: 'no answer for a long time' };
}

function asSaid({ status, text }: Response, operation: Operation): Answer {
  const message = messagesOn(text) ?? /<h1>[^<]*<\/h1>\s*<p>([^<]*)<\/p>/.exec(text)?.[1];
  if (message === undefined) throw new Error(`${operation.kind} was answered ${status} without a word`);
  if (/interrupted|too long ago/.test(message)) return { is: 'unknown', why: message };
  return { is: message.startsWith('info: ') ? 'unchanged' : 'refused', why: message.replace(/^\w+: /, '') };
}
