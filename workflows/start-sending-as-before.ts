import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, patched, startChild, workflowInfo } from '@temporalio/workflow';
import { mail } from './mail.ts';
import { type DeliveryAddress, mailStart, webhookDeliveryStart } from './messages.ts';
import type { persevering } from './persevering.ts';
import { starting, step } from './steps.ts';
import { webhookDelivery } from './webhook-delivery.ts';

/**
 * What `startSending` does, by runs that began before it: mails as children, and deliveries as well in those that go
 * the long ways; the oldest start no mails.
 */
export async function startSendingAsBefore(
  offboardingId: number,
  goesShortWays: boolean,
  untilDone: ReturnType<typeof persevering>['untilDone'],
): Promise<void> {
  const startDeliveries = goesShortWays ? startDeliveriesByStep : startDeliveriesAsChildren;
  await untilDone('deliveries', () => startDeliveries(offboardingId));
  if (goesShortWays || patched('mails')) await untilDone('mails', () => startMails(offboardingId));
}

const startDeliveriesByStep = (offboardingId: number): Promise<void> =>
  starting('Start webhook deliveries').startDeliveries(offboardingId);

async function startDeliveriesAsChildren(offboardingId: number): Promise<void> {
  const deliveries = await step('Look for webhook deliveries').pendingDeliveries(offboardingId);
  await Promise.all(deliveries.map(startDelivery));
}

const startDelivery = (delivery: DeliveryAddress): Promise<void> =>
  started(() =>
    startChild(webhookDelivery, {
      ...webhookDeliveryStart(delivery, workflowInfo().taskQueue),
      ...outliving,
    }),
  );

async function startMails(offboardingId: number): Promise<void> {
  const mails = await step('Look for mails').pendingMails(offboardingId);
  await Promise.all(mails.map(startMail));
}

const startMail = (mailId: number): Promise<void> =>
  started(() => startChild(mail, { ...mailStart(mailId, workflowInfo().taskQueue), ...outliving }));

const outliving = {
  parentClosePolicy: ParentClosePolicy.ABANDON,
  workflowIdReusePolicy: 'REJECT_DUPLICATE',
} as const;

/** Started already is as good as started. */
async function started(start: () => Promise<unknown>): Promise<void> {
  try {
    await start();
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
