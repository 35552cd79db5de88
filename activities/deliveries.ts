import { giveUpDelivery } from '../database/webhooks/attempts.ts';
import {
  nextAttemptOf as readNextAttempt,
  type NextAttempt as StoredAttempt,
} from '../database/webhooks/deliveries.ts';
import { maxAttempts } from '../domain/webhooks/schedule.ts';
import type { Dependencies } from './dependencies.ts';

/** The database steps of a delivery's workflow. Times are epoch milliseconds. */
export const deliveryActivities = ({ database }: Dependencies) => ({
  /** Closes a delivery that cannot be attempted at all. */
  giveUpDelivery: (deliveryId: number): Promise<void> => giveUpDelivery(database.em, deliveryId, 'failed'),
});

/** The next attempt of a delivery, or null when the delivery is closed. */
export async function nextAttemptOf(
  { database, retrySchedule }: Pick<Dependencies, 'database' | 'retrySchedule'>,
  deliveryId: number,
): Promise<NextAttempt | null> {
  const next = await readNextAttempt(database.em.fork(), deliveryId);
  if (next === null) return null;
  return { ...next, dueAt: next.dueAt.getTime(), tries: maxAttempts(next.type, retrySchedule) };
}

/** An attempt that is still to be made; `dueAt` is in epoch milliseconds. */
export interface NextAttempt extends Omit<StoredAttempt, 'dueAt'> {
  dueAt: number;
  /** How many attempts the delivery gets. */
  tries: number;
}
