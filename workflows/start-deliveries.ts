import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, patched, startChild, workflowInfo } from '@temporalio/workflow';
import { type DeliveryAddress, webhookDeliveryStart } from './messages.ts';
import { starting, step } from './steps.ts';
import { webhookDelivery } from './webhook-delivery.ts';

/** Starts the process of every delivery that a completion has caused. They outlive the leaver's process. */
export async function startDeliveries(offboardingId: number): Promise<void> {
  if (patched('deliveries-by-step'))
    return starting('Start webhook deliveries').startDeliveries(offboardingId);
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
