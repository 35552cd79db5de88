import { giveUpDelivery } from '../database/webhooks/attempts.ts';
import { type NextTry, nextTryOf } from '../database/webhooks/deliveries.ts';
import { triesOf } from '../domain/webhooks/schedule.ts';
import type { Dependencies } from './dependencies.ts';

/** What the deliveries' processes ask of the database; moments cross as epoch milliseconds. */
export const deliveryActivities = ({ database }: Dependencies) => ({
  /** Closes a delivery that cannot be tried at all. */
  giveUpDelivery: (deliveryId: number): Promise<void> => giveUpDelivery(database.em, deliveryId, 'failed'),
});

/** The try of a delivery that comes next, or null when it is closed. */
export async function comingTryOf(
  { database, retrySchedule }: Pick<Dependencies, 'database' | 'retrySchedule'>,
  deliveryId: number,
): Promise<ComingTry | null> {
  const next = await nextTryOf(database.em.fork(), deliveryId);
  if (next === null) return null;
  return { ...next, dueAt: next.dueAt.getTime(), tries: triesOf(next.type, retrySchedule) };
}

/** A try that is to be made; `dueAt` in epoch milliseconds. */
export interface ComingTry extends Omit<NextTry, 'dueAt'> {
  dueAt: number;
  tries: number;
}
