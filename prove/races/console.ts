import { messagesOn } from '../../testing/web/page-messages.ts';
import type { Browserlike, Answer as Response } from '../../testing/web/web.ts';
import {
  type Answer,
  type Client,
  noAnswer,
  type Operation,
  oneAtATime,
  operationKinds,
} from './operation.ts';

/** Without `manager`, because the console's form for it contains every field of the person. */
const kinds = operationKinds.filter((kind) => kind !== 'manager');

/** A client of the console, signed in as an admin. */
export const consoleClient = (browser: Browserlike, actor: string): Client =>
  oneAtATime(actor, kinds, async (operation) => {
    const [path, fields] = formOf(operation);
    try {
      return await answerOf(browser, operation, await browser.post(path, fields));
    } catch (error) {
      return noAnswer(error);
    }
  });

/** The form of an operation: its address and its fields. */
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
      throw new Error('The console client does not support this');
    case 'cancel':
      return [`/offboarding/${operation.userId}/cancellation`, {}];
    case 'complete':
      return [`/offboarding/${operation.userId}/completion`, { token: crypto.randomUUID() }];
    case 'undo-assign':
      return [
        `/assets/${operation.assetId}/assignment/undo`,
        { assignmentId: String(operation.assignmentId) },
      ];
    case 'undo-recover':
      return [`/assets/${operation.assetId}/recovery/undo`, { assignmentId: String(operation.assignmentId) }];
    case 'undo-revoke':
      return [`/seats/${operation.seatId}/revocation/undo`, {}];
    case 'undo-resolve':
      return [`/requests/${operation.requestId}/resolution/undo`, {}];
  }
}

async function answerOf(browser: Browserlike, operation: Operation, response: Response): Promise<Answer> {
  if (response.status === 303) return answerInNotice(browser);
  if (response.status === 202) return untilAnswered(browser, response.text);
  if (response.status >= 500) return { is: 'unknown', why: `${response.status}` };
  return answerOnPage(response, operation);
}

/** Reads the notice that the next page would show. */
function answerInNotice(browser: Browserlike): Answer {
  const cookie = browser.cookies.get('lastday-notice');
  if (cookie === undefined) return { is: 'unknown', why: 'redirected without a notice' };
  const { tone, text } = JSON.parse(Buffer.from(cookie, 'base64url').toString());
  return tone === 'success' ? { is: 'done' } : { is: tone === 'info' ? 'unchanged' : 'refused', why: text };
}

const pollIntervalMs = 250;
const timeoutMs = 70_000;

/** Polls the result page while Temporal is slow. */
async function untilAnswered(browser: Browserlike, page: string): Promise<Answer> {
  const address = /\/offboarding\/\d+\/answer\?token=[\w-]+/.exec(page)?.[0];
  if (address === undefined) return { is: 'unknown', why: 'no address to poll' };
  for (const end = Date.now() + timeoutMs; Date.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, pollIntervalMs));
    const { status, text } = await browser.get(address);
    if (status >= 500 || text.includes('Still working.')) continue;
    const [, tone, message] = /^(\w+): (.*)$/s.exec(messagesOn(text) ?? '') ?? [];
    // The page does not say who asked: "already done" may mean by this same request.
    if (message === undefined || tone === 'info' || tone === 'warning')
      return { is: 'unknown', why: message ?? '' };
    return tone === 'success' ? { is: 'done' } : { is: 'refused', why: message };
  }
  return { is: 'unknown', why: 'no answer for a long time' };
}

function answerOnPage({ status, text }: Response, operation: Operation): Answer {
  const message = messagesOn(text) ?? /<h1>[^<]*<\/h1>\s*<p>([^<]*)<\/p>/.exec(text)?.[1];
  if (message === undefined) throw new Error(`${operation.kind} was answered ${status} without a message`);
  if (/interrupted|took too long/.test(message)) return { is: 'unknown', why: message };
  return { is: message.startsWith('info: ') ? 'unchanged' : 'refused', why: message.replace(/^\w+: /, '') };
}
