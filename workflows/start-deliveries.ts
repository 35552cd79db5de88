import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import { type DeliveryAddress, webhookDeliveryStart } from './messages.ts';
import { starting, step } from './steps.ts';
import { webhookDelivery } from './webhook-delivery.ts';

/** Starts the process of every delivery that a completion has caused. They outlive the leaver's process. */
export const startDeliveries = (offboardingId: number): Promise<void> =>
  starting('Start webhook deliveries').startDeliveries(offboardingId);

/** The same by runs that began before there was a step for it. */
export async function startDeliveriesAsChildren(offboardingId: number): Promise<void> {
  const deliveries = await step('Look for webhook deliveries').pendingDeliveries(offboardingId);
  await Promise.all(deliveries.map(startDelivery));
}

/** Started already is as good as started. */
async function startDelivery(delivery: DeliveryAddress): Promise<void> {
  try {
    await startChild(webhookDelivery, {
      ...webhookDeliveryStart(delivery, workflowInfo().taskQueue),
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
