import { Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { type Attempt, giveUpDelivery, recordAttempt } from '../database/webhooks/attempts.ts';
import { type DeliveryRequest, readDeliveryRequest } from '../database/webhooks/deliveries.ts';
import { retryAfterTime } from '../domain/webhooks/schedule.ts';
import { testEventType, webhookBody } from '../domain/webhooks/webhooks.ts';
import { type NextAttempt, nextAttemptOf } from './deliveries.ts';
import type { Dependencies } from './dependencies.ts';
import { withHeartbeat } from './heartbeat.ts';
import { endpointLimiter } from './webhooks/endpoint-limiter.ts';
import { signedHeaders } from './webhooks/signature.ts';

/**
 * How many attempts one worker makes at the same time to one endpoint, because deliveries to a hanging endpoint must
 * not take every slot of the task queue.
 */
const maxConcurrentAttempts = 5;

/** Sends webhooks over the network. */
export function webhookActivities(dependencies: Dependencies) {
  const { database, log, metrics, secretBox, sender, retrySchedule } = dependencies;
  const { acquire } = endpointLimiter(maxConcurrentAttempts);

  /**
   * Makes one attempt and records it. A recorded attempt is not repeated. An attempt that is interrupted before it is
   * recorded is repeated with the same `webhook-id`. Returns the next attempt, or null when the delivery is closed.
   */
  async function tryDelivery(deliveryId: number, number: number): Promise<NextAttempt | null> {
    const delivery = await readDeliveryRequest(database.em.fork(), deliveryId, number);
    if (delivery !== null) await attemptUnlessDisabled(deliveryId, number, delivery);
    return nextAttemptOf(dependencies, deliveryId);
  }

  async function attemptUnlessDisabled(deliveryId: number, number: number, delivery: DeliveryRequest) {
    if (isOff(delivery)) return giveUpDelivery(database.em, deliveryId, 'disabled');
    const slot = acquire(delivery.endpointId);
    if ('retryAfterMs' in slot) throw endpointIsBusy(slot.retryAfterMs);
    try {
      await attempt(deliveryId, number, delivery);
    } finally {
      slot.release();
    }
  }

  async function attempt(deliveryId: number, number: number, delivery: DeliveryRequest) {
    const startedAt = Date.now();
    const result = await withHeartbeat(() => send(delivery));
    const attempt = { ...result, number, url: delivery.url, durationMs: Date.now() - startedAt };
    await recordAttempt(database.em, deliveryId, attempt, retrySchedule);
    metrics.webhookTried(attempt.outcome, attempt.durationMs / 1000);
    log.info(
      { deliveryId, number, outcome: attempt.outcome, statusCode: attempt.statusCode },
      'Webhook attempted',
    );
  }

  async function send(delivery: DeliveryRequest): Promise<Omit<Attempt, 'number' | 'url' | 'durationMs'>> {
    const secrets = secretsOf(delivery);
    if (secrets.length === 0) return notSigned;
    const body = webhookBody(delivery);
    const requestHeaders = {
      'content-type': 'application/json',
      'user-agent': 'Lastday',
      ...signedHeaders(secrets, delivery.eventId, new Date(), body),
    };
    const { cancellationSignal: signal } = Context.current();
    const webhook = { url: delivery.url, headers: requestHeaders, body, signal };
    const { retryAfter, ...sent } = await sender.send(webhook);
    return { ...sent, requestHeaders, retryAt: retryAfterTime(retryAfter, new Date()) };
  }

  /** The secret and, while it is valid, the previous one. A secret that cannot be decrypted is left out. */
  const secretsOf = ({ secretEncrypted, previousSecretEncrypted }: DeliveryRequest): string[] =>
    [secretEncrypted, previousSecretEncrypted].flatMap((sealed) =>
      sealed === null ? [] : openSecret(sealed),
    );

  function openSecret(sealed: string): string[] {
    try {
      return [secretBox.open(sealed)];
    } catch (error) {
      log.error({ err: error }, "A webhook endpoint's signing secret couldn't be decrypted");
      return [];
    }
  }

  return { tryDelivery };
}

const notSigned = {
  outcome: 'not_signed',
  statusCode: null,
  response: null,
  requestHeaders: {},
  retryAt: null,
} as const;

/** A test event also goes to a disabled endpoint, because it shows whether the endpoint can be enabled. */
const isOff = ({ endpointState, type }: DeliveryRequest): boolean =>
  type === testEventType ? endpointState === 'deleted' : endpointState !== 'active';

/** Makes Temporal retry the attempt after `retryAfterMs`, give or take a quarter. */
const endpointIsBusy = (retryAfterMs: number): ApplicationFailure =>
  ApplicationFailure.create({
    message: `The endpoint is busy with ${maxConcurrentAttempts} other attempts.`,
    type: 'EndpointBusy',
    nextRetryDelay: retryAfterMs * (0.75 + Math.random() / 2),
    category: ApplicationFailureCategory.BENIGN,
  });
