import { Context } from '@temporalio/activity';
import {
  type Attempt,
  giveUpDelivery,
  type Parcel,
  parcelOf,
  recordAttempt,
} from '../database/deliveries.ts';
import { webhookBody } from '../domain/webhooks.ts';
import { signedHeaders } from './webhooks/signature.ts';
import type { World } from './world.ts';

/** Sending over the network. */
export function sendingActivities({ database, log, secretBox, sender }: World) {
  /**
   * Makes a try and records it. One that was recorded is not made again; one that was interrupted between
   * sending and recording is, with the same `webhook-id`.
   */
  async function attemptDelivery(deliveryId: number, number: number): Promise<void> {
    const parcel = await parcelOf(database.em.fork(), deliveryId, number);
    if (parcel === null) return;
    if (parcel.endpointState !== 'active') return giveUpDelivery(database.em, deliveryId, 'disabled');
    const began = Date.now();
    const result = await whileBeating(() => send(parcel));
    const attempt = { ...result, number, durationMs: Date.now() - began };
    await recordAttempt(database.em, deliveryId, attempt);
    log.info(
      { deliveryId, number, outcome: attempt.outcome, statusCode: attempt.statusCode },
      'Webhook tried',
    );
  }

  async function send(parcel: Parcel): Promise<Omit<Attempt, 'number' | 'durationMs'>> {
    const secret = openSecret(parcel.secretEncrypted);
    if (secret === null) return { outcome: 'not_signed', statusCode: null, response: null };
    const body = webhookBody(parcel);
    const headers = signedHeaders(secret, parcel.eventId, new Date(), body);
    return sender.send({ url: parcel.url, headers, body, signal: Context.current().cancellationSignal });
  }

  function openSecret(sealed: string): string | null {
    try {
      return secretBox.open(sealed);
    } catch (error) {
      log.error({ err: error }, 'The signing secret of a webhook endpoint cannot be read');
      return null;
    }
  }

  return { attemptDelivery };
}

/** Shows the engine that the try is still being made. */
async function whileBeating<T>(work: () => Promise<T>): Promise<T> {
  const { heartbeat } = Context.current();
  const timer = setInterval(() => heartbeat(), 1_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
