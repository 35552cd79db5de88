import type { Log } from '../config/log.ts';
import { waitingBulkActions } from '../database/bulk/execute.ts';
import type { Database, EntityManager } from '../database/core/orm.ts';
import { runAll } from '../database/core/run-all.ts';
import { pendingImports } from '../database/imports/progress.ts';
import { pendingMails } from '../database/mail/mails.ts';
import { pendingDeliveries } from '../database/webhooks/deliveries.ts';
import { withAdvisoryLock } from '../database/workspace/housekeeping.ts';
import { allPages, type WorkerClient } from '../engine/client.ts';
import { type RowKind, type RowOf, rowWorkflows } from '../engine/contract.ts';
import type { SendBatch } from './batch-sender.ts';
import { createOffboardingsReconciler } from './reconcile-offboardings.ts';

interface ReconcilerDeps {
  database: Database;
  engine: WorkerClient;
  sendBatch: SendBatch;
  log: Log;
  /** How long Temporal's lists may lag behind, in milliseconds: younger rows are left alone. */
  lagMs?: number;
  /** How long equal counts may stand for equal contents, in milliseconds. */
  fullCheckIntervalMs?: number;
}

/** How the rows of a kind are read, paged by id. */
interface Reconciled<Row> {
  pending: (em: EntityManager, page: { after: number; ageMs: number; limit: number }) => Promise<Row[]>;
  idOf: (row: Row) => number;
  /** The name of the id in the log. */
  logName: string;
}

const reconciledKinds: { readonly [Kind in RowKind]: Reconciled<RowOf[Kind]> } = {
  delivery: { pending: pendingDeliveries, idOf: ({ id }) => id, logName: 'deliveryId' },
  mail: { pending: pendingMails, idOf: (mailId) => mailId, logName: 'mailId' },
  // Imports of any age, because starting the workflow of a running one changes nothing.
  import: { pending: pendingImports, idOf: (importId) => importId, logName: 'importId' },
  bulk: { pending: waitingBulkActions, idOf: (bulkId) => bulkId, logName: 'bulkId' },
};

/** A larger batch could exceed `idle_in_transaction_session_timeout` while Temporal refuses it. */
const batchSize = 100;

/**
 * Compares Temporal with the database and repairs it: every open offboarding has a workflow that knows it, and every
 * pending delivery, mail and import has its workflow. So losing Temporal's store loses nothing.
 */
export function createReconciler({
  database,
  engine,
  sendBatch,
  log,
  lagMs = 15_000,
  fullCheckIntervalMs = 5 * 60_000,
}: ReconcilerDeps) {
  const reconcilers = {
    offboardings: createOffboardingsReconciler({ engine, log, lagMs, fullCheckIntervalMs }),
    deliveries: (em: EntityManager) => reconcileRows(em, 'delivery'),
    mails: (em: EntityManager) => reconcileRows(em, 'mail'),
    imports: (em: EntityManager) => reconcileRows(em, 'import'),
    bulkActions: (em: EntityManager) => reconcileRows(em, 'bulk'),
  };

  /** Runs each reconciler whether or not another fails, and skips one that another worker is running. */
  return function reconcile(): Promise<void> {
    return runAll(
      Object.entries(reconcilers).map(
        ([name, reconciler]) =>
          () =>
            withAdvisoryLock(database.em, `reconcile ${name}`, reconciler),
      ),
    );
  };

  async function reconcileRows<Kind extends RowKind>(em: EntityManager, kind: Kind): Promise<void> {
    const { pending, idOf, logName } = reconciledKinds[kind];
    const { idOf: workflowIdOf } = rowWorkflows[kind];
    let running: Set<string> | undefined;
    for (let after = 0; ; ) {
      const rows = await pending(em, { after, ageMs: lagMs, limit: batchSize });
      if (rows.length === 0) return;
      running ??= await runningIds(em, kind);
      const { taken, goesOn } = await sendBatch(
        rows.filter((row) => !running!.has(workflowIdOf(row))),
        (row) => engine.startUnlessRunning(kind, row),
        (row) => ({ [logName]: idOf(row) }),
      );
      if (taken.length > 0) log.info({ kind, started: taken.length }, 'Started missing workflows');
      if (!goesOn) return;
      after = idOf(rows.at(-1)!);
    }
  }

  /** The ids of all running workflows of a kind. */
  async function runningIds(em: EntityManager, kind: RowKind): Promise<Set<string>> {
    const running = new Set<string>();
    for await (const { ids } of allPages((from) => engine.runningIds(kind, from))) {
      for (const id of ids) running.add(id);
      // A statement between two pages keeps the transaction from being ended as idle.
      await em.execute('select 1');
    }
    return running;
  }
}
