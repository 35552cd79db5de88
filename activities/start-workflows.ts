import { Context } from '@temporalio/activity';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { runConcurrently } from '../database/core/concurrency.ts';
import { pendingMailsOf } from '../database/mail/mails.ts';
import { type PendingDelivery, pendingDeliveriesOf } from '../database/webhooks/deliveries.ts';
import { mailStart, mailWorkflow, webhookDeliveryStart, webhookWorkflow } from '../engine/contract.ts';
import type { Dependencies } from './dependencies.ts';
import { withHeartbeat } from './heartbeat.ts';

/** Started at the same time, and how long one may take, in milliseconds. */
const width = 20;
const patienceMs = 5_000;

/** What the leaver's process has started at the engine; what is started already is as good as started. */
export const startActivities = ({ database }: Dependencies) => {
  async function startDeliveries(offboardingId: number): Promise<void> {
    const deliveries = await pendingDeliveriesOf(database.em.fork(), offboardingId);
    await withHeartbeat(() => runConcurrently(deliveries, width, startDelivery));
  }

  async function startMails(offboardingId: number): Promise<void> {
    const mails = await pendingMailsOf(database.em.fork(), offboardingId);
    await withHeartbeat(() => runConcurrently(mails, width, startMail));
  }

  return {
    /** Starts the process of every webhook delivery and every mail that a completion has caused. */
    async startSending(offboardingId: number): Promise<void> {
      await startDeliveries(offboardingId);
      await startMails(offboardingId);
    },
  };
};

const startDelivery = (delivery: PendingDelivery): Promise<void> =>
  started(({ client, info }) =>
    client.workflow.start(webhookWorkflow, {
      ...webhookDeliveryStart(delivery, info.taskQueue),
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
    }),
  );

const startMail = (mailId: number): Promise<void> =>
  started(({ client, info }) =>
    client.workflow.start(mailWorkflow, {
      ...mailStart(mailId, info.taskQueue),
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
    }),
  );

async function started(start: (context: Context) => Promise<unknown>): Promise<void> {
  const context = Context.current();
  try {
    await context.client.withDeadline(Date.now() + patienceMs, () => start(context));
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
