import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { externalNames } from './external-names.ts';
import {
  type Answer,
  type Client,
  noAnswer,
  type Operation,
  type OperationKind,
  oneAtATime,
} from './operation.ts';

const kinds: readonly OperationKind[] = [
  'assign',
  'recover',
  'give-seat',
  'request',
  'end-date',
  'manager',
  'complete',
];

/** A client of the API with a token of this name. Each call has its own Idempotency-Key. */
export function apiClient(pool: pg.Pool, address: string, name: string, token: string): Client {
  const { person, asset } = externalNames(pool);

  async function callOf(operation: Operation): Promise<[method: string, path: string, body?: object]> {
    switch (operation.kind) {
      case 'assign':
        return [
          'POST',
          `assets/${await asset(operation.assetId)}/assignment`,
          { userExternalId: await person(operation.userId) },
        ];
      case 'recover':
        return [
          'POST',
          `assets/${await asset(operation.assetId)}/recovery`,
          { condition: 'good', nextStatus: 'in_stock' },
        ];
      case 'give-seat':
        return ['POST', `users/${await person(operation.userId)}/seats`, { licenseId: operation.licenseId }];
      case 'request':
        return ['POST', `users/${await person(operation.userId)}/requests`, { item: 'A second monitor' }];
      case 'end-date':
        return ['PATCH', `users/${await person(operation.userId)}`, { endDate: operation.date }];
      case 'manager': {
        const { userId, managerId } = operation;
        const managerExternalId = managerId === null ? null : await person(managerId);
        return ['PATCH', `users/${await person(userId)}`, { managerExternalId }];
      }
      case 'complete':
        return ['POST', `users/${await person(operation.userId)}/completion`];
      default:
        throw new Error(`The API has no ${operation.kind}`);
    }
  }

  return oneAtATime(`token:${name}`, kinds, async (operation) => {
    const [method, path, body] = await callOf(operation);
    const key = randomUUID();
    const call = () =>
      fetch(`${address}/api/v1/${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${token}`,
          'Idempotency-Key': key,
          ...(body && { 'Content-Type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
    try {
      return await untilAnswered(call);
    } catch (error) {
      return noAnswer(error);
    }
  });
}

const retryIntervalMs = 250;
const timeoutMs = 70_000;

/** Repeats the call under the same key until there is a result. */
async function untilAnswered(call: () => Promise<Response>): Promise<Answer> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await pause(retryIntervalMs)) {
    const response = await call();
    const body = (await response.json()) as Body;
    if (response.status === 202 || body.code === 'still-running') continue;
    return answerOf(response.status, body);
  }
  return { is: 'unknown', why: 'no answer for a long time' };
}

interface Body {
  detail?: string;
  outcome?: string;
  code?: string;
  warnings?: { detail: string }[];
}

function answerOf(status: number, { detail = '', outcome, code, warnings = [] }: Body): Answer {
  if (status >= 500 || code === 'not-begun') return { is: 'unknown', why: `${status} ${detail}` };
  if (status === 409) return { is: 'refused', why: detail };
  if (status >= 400) throw new Error(`${status} ${detail}`);
  if (outcome === 'already-completed') return { is: 'unchanged', why: 'Already completed' };
  // The manager of such a call is not stored.
  const loop = warnings.find((warning) => /reports to them/.test(warning.detail));
  if (loop !== undefined) return { is: 'refused', why: loop.detail };
  return outcome === 'already-returned' ? { is: 'unchanged', why: outcome } : { is: 'done' };
}
