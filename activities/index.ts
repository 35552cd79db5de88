import { deliveryActivities } from './deliveries.ts';
import type { Dependencies } from './dependencies.ts';
import { withTypedFailures } from './error-mapping.ts';
import { importActivities } from './imports.ts';
import { mailActivities, mailingActivities } from './mail.ts';
import { offboardingActivities } from './offboardings.ts';
import { reminderActivities } from './reminders.ts';
import { startActivities } from './start-workflows.ts';
import { webhookActivities } from './webhook-attempts.ts';

export type { Dependencies };

/** What workflows may ask of the database. */
export const createActivities = (world: Dependencies) =>
  withTypedFailures(
    {
      ...offboardingActivities(world),
      ...reminderActivities(world),
      ...deliveryActivities(world),
      ...importActivities(world),
      ...mailActivities(world),
      ...startActivities(world),
    },
    world,
  );
export type Activities = ReturnType<typeof createActivities>;

/** What workflows may ask of other people's servers, for the queue that may hang. */
export const createSendingActivities = (world: Dependencies) =>
  withTypedFailures(webhookActivities(world), world);
export type SendingActivities = ReturnType<typeof createSendingActivities>;

/** What workflows may ask of the mail server, for a queue of its own. */
export const createMailingActivities = (world: Dependencies) =>
  withTypedFailures(mailingActivities(world), world);
export type MailingActivities = ReturnType<typeof createMailingActivities>;
