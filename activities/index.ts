import { bulkActivities } from './bulk.ts';
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

/** The activities of the main task queue, which use the database. */
export const createActivities = (dependencies: Dependencies) =>
  withTypedFailures(
    {
      ...offboardingActivities(dependencies),
      ...reminderActivities(dependencies),
      ...deliveryActivities(dependencies),
      ...importActivities(dependencies),
      ...mailActivities(dependencies),
      ...startActivities(dependencies),
      ...bulkActivities(dependencies),
    },
    dependencies,
  );
export type Activities = ReturnType<typeof createActivities>;

/** The activities that call webhook endpoints. They have a task queue of their own because endpoints may hang. */
export const createSendingActivities = (dependencies: Dependencies) =>
  withTypedFailures(webhookActivities(dependencies), dependencies);
export type SendingActivities = ReturnType<typeof createSendingActivities>;

/** The activities that call the mail server. They have a task queue of their own because the server may hang. */
export const createMailingActivities = (dependencies: Dependencies) =>
  withTypedFailures(mailingActivities(dependencies), dependencies);
export type MailingActivities = ReturnType<typeof createMailingActivities>;
