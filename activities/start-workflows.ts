import { Context } from '@temporalio/activity';
import { runConcurrently } from '../database/core/concurrency.ts';
import { pendingMailsOf } from '../database/mail/mails.ts';
import { pendingDeliveriesOf } from '../database/webhooks/deliveries.ts';
import type { RowKind, RowOf } from '../engine/contract.ts';
import { startUnlessRunning } from '../engine/start.ts';
import type { Dependencies } from './dependencies.ts';
import { withHeartbeat } from './heartbeat.ts';

/** How many workflows start at the same time, and how long one start may take. */
const concurrency = 20;
const startTimeoutMs = 5_000;

/** Starts the workflows that a completion causes. */
export const startActivities = ({ database }: Dependencies) => ({
  /** Starts the workflow of each webhook delivery and each mail of a completion unless it runs. */
  async startSending(offboardingId: number): Promise<void> {
    const em = database.em.fork();
    await withHeartbeat(async () => {
      await startEach('delivery', await pendingDeliveriesOf(em, offboardingId));
      await startEach('mail', await pendingMailsOf(em, offboardingId));
    });
  },
});

async function startEach<Kind extends RowKind>(kind: Kind, rows: readonly RowOf[Kind][]): Promise<void> {
  const { client, info } = Context.current();
  await runConcurrently(rows, concurrency, (row) =>
    client.withDeadline(Date.now() + startTimeoutMs, () =>
      startUnlessRunning(client.workflow, kind, row, info.taskQueue),
    ),
  );
}
