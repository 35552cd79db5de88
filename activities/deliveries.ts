import {
  giveUpDelivery,
  nextTryOf,
  type PendingDelivery,
  pendingDeliveriesOf,
} from '../database/deliveries.ts';
import type { World } from './world.ts';

/** What the deliveries' processes ask of the database; moments cross as epoch milliseconds. */
export const deliveryActivities = ({ database }: World) => ({
  /** The deliveries that a completion has caused and that are on their way. */
  pendingDeliveries: (offboardingId: number): Promise<PendingDelivery[]> =>
    pendingDeliveriesOf(database.em.fork(), offboardingId),

  /** The try that comes next, or null when the delivery is closed. */
  async nextTry(deliveryId: number): Promise<{ number: number; dueAt: number } | null> {
    const next = await nextTryOf(database.em.fork(), deliveryId);
    return next === null ? null : { ...next, dueAt: next.dueAt.getTime() };
  },

  /** Closes a delivery that cannot be tried at all. */
  giveUpDelivery: (deliveryId: number): Promise<void> => giveUpDelivery(database.em, deliveryId, 'failed'),
});
