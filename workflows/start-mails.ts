import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import { mail } from './mail.ts';
import { mailStart } from './messages.ts';
import { step } from './steps.ts';

/** Starts the process of every mail that a completion has caused. They outlive the leaver's process. */
export async function startMails(offboardingId: number): Promise<void> {
  const mails = await step('Look for mails').pendingMails(offboardingId);
  await Promise.all(mails.map(startMail));
}

/** Started already is as good as started. */
async function startMail(mailId: number): Promise<void> {
  try {
    await startChild(mail, {
      ...mailStart(mailId, workflowInfo().taskQueue),
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
