import { Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { type Attempt, giveUpDelivery, recordAttempt } from '../database/webhooks/attempts.ts';
import { type DeliveryRequest, readDeliveryRequest } from '../database/webhooks/deliveries.ts';
import { retryMoment } from '../domain/webhooks/schedule.ts';
import { testEventType, webhookBody } from '../domain/webhooks/webhooks.ts';
import { type ComingTry, comingTryOf } from './deliveries.ts';
import type { Dependencies } from './dependencies.ts';
import { withHeartbeat } from './heartbeat.ts';
import { lanes } from './webhooks/lanes.ts';
import { signedHeaders } from './webhooks/signature.ts';

/**
 * How many tries one endpoint gets at the same time from one worker. Many deliveries to an endpoint that hangs must
 * not take every place of the queue.
 */
const lanesOfEndpoint = 5;

/** Sending over the network. */
export function webhookActivities(world: Dependencies) {
  const { database, log, metrics, secretBox, sender, retrySchedule } = world;
  const { enter } = lanes(lanesOfEndpoint);

  /**
   * Makes a try and records it. One that was recorded is not made again; one that was interrupted between
   * sending and recording is, with the same `webhook-id`. Returns which try comes next, or null when the delivery
   * is closed.
   */
  async function tryDelivery(deliveryId: number, number: number): Promise<ComingTry | null> {
    const parcel = await readDeliveryRequest(database.em.fork(), deliveryId, number);
    if (parcel !== null) await attemptUnlessDisabled(deliveryId, number, parcel);
    return comingTryOf(world, deliveryId);
  }

  async function attemptUnlessDisabled(deliveryId: number, number: number, parcel: DeliveryRequest) {
    if (isOff(parcel)) return giveUpDelivery(database.em, deliveryId, 'disabled');
    const lane = enter(parcel.endpointId);
    if ('wait' in lane) throw endpointIsBusy(lane.wait);
    try {
      await attempt(deliveryId, number, parcel);
    } finally {
      lane.leave();
    }
  }

  async function attempt(deliveryId: number, number: number, parcel: DeliveryRequest) {
    const began = Date.now();
    const result = await withHeartbeat(() => send(parcel));
    const attempt = { ...result, number, url: parcel.url, durationMs: Date.now() - began };
    await recordAttempt(database.em, deliveryId, attempt, retrySchedule);
    metrics.webhookTried(attempt.outcome, attempt.durationMs / 1000);
    log.info(
      { deliveryId, number, outcome: attempt.outcome, statusCode: attempt.statusCode },
      'Webhook tried',
    );
  }

  async function send(parcel: DeliveryRequest): Promise<Omit<Attempt, 'number' | 'url' | 'durationMs'>> {
    const secrets = secretsOf(parcel);
    if (secrets.length === 0) return notSigned;
    const body = webhookBody(parcel);
    const requestHeaders = {
      'content-type': 'application/json',
      'user-agent': 'Lastday',
      ...signedHeaders(secrets, parcel.eventId, new Date(), body),
    };
    const { cancellationSignal: signal } = Context.current();
    const letter = { url: parcel.url, headers: requestHeaders, body, signal };
    const { retryAfter, ...sent } = await sender.send(letter);
    return { ...sent, requestHeaders, retryAt: retryMoment(retryAfter, new Date()) };
  }

  /** The secret, and the one before it while that is valid; those that can be read. */
  const secretsOf = ({ secretEncrypted, previousSecretEncrypted }: DeliveryRequest): string[] =>
    [secretEncrypted, previousSecretEncrypted].flatMap((sealed) =>
      sealed === null ? [] : openSecret(sealed),
    );

  function openSecret(sealed: string): string[] {
    try {
      return [secretBox.open(sealed)];
    } catch (error) {
      log.error({ err: error }, 'A signing secret of a webhook endpoint cannot be read');
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

/** A test is for finding out whether an endpoint can be turned on. */
const isOff = ({ endpointState, type }: DeliveryRequest): boolean =>
  type === testEventType ? endpointState === 'deleted' : endpointState !== 'active';

/** Tells the engine to come back with this try in `wait` milliseconds, a little earlier or later. */
const endpointIsBusy = (wait: number): ApplicationFailure =>
  ApplicationFailure.create({
    message: `The endpoint gets ${lanesOfEndpoint} other tries at the moment.`,
    type: 'EndpointBusy',
    nextRetryDelay: wait * (0.75 + Math.random() / 2),
    category: ApplicationFailureCategory.BENIGN,
  });
