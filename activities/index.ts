import { deliveryActivities } from './deliveries.ts';
import { withTypedFailures } from './failures.ts';
import { importActivities } from './imports.ts';
import { mailActivities, mailingActivities } from './mail.ts';
import { offboardingActivities } from './offboardings.ts';
import { reminderActivities } from './reminders.ts';
import { sendingActivities } from './sending.ts';
import { startingActivities } from './starting.ts';
import type { World } from './world.ts';

export type { World };

/** What workflows may ask of the database. */
export const createActivities = (world: World) =>
  withTypedFailures(
    {
      ...offboardingActivities(world),
      ...reminderActivities(world),
      ...deliveryActivities(world),
      ...importActivities(world),
      ...mailActivities(world),
      ...startingActivities(world),
    },
    world,
  );
export type Activities = ReturnType<typeof createActivities>;

/** What workflows may ask of other people's servers, for the queue that may hang. */
export const createSendingActivities = (world: World) => withTypedFailures(sendingActivities(world), world);
export type SendingActivities = ReturnType<typeof createSendingActivities>;

/** What workflows may ask of the mail server, for a queue of its own. */
export const createMailingActivities = (world: World) => withTypedFailures(mailingActivities(world), world);
export type MailingActivities = ReturnType<typeof createMailingActivities>;
