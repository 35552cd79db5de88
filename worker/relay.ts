import type { Database } from '../database/core/orm.ts';
import {
  backOff,
  lockedElsewhere,
  markSent,
  markUnaddressed,
  type OutboxRow,
  postpone,
  takeOutboxRows,
} from '../database/engine/outbox.ts';
import { readSnapshots } from '../database/offboarding/snapshots.ts';
import type { ChangedFact, OffboardingSnapshot } from '../domain/offboarding/snapshot.ts';
import type { WorkerClient } from '../engine/client.ts';
import type { WorkerMetrics } from '../metrics/worker.ts';
import type { SendBatch } from './batch-sender.ts';

/** Rows of one batch, and how long they may stay locked while their signals are sent. */
const batchSize = 200;
const withinMs = 10_000;

interface RelayDeps {
  database: Database;
  engine: Pick<WorkerClient, 'signalOffboarding'>;
  sendBatch: SendBatch;
  metrics: Pick<WorkerMetrics, 'rowsRelayed'>;
}

/** Signals to Temporal what the database has recorded. */
export function createRelay({ database, engine, sendBatch, metrics }: RelayDeps) {
  /** Signals all due rows. Any number of relays may run at the same time. */
  async function relay(): Promise<void> {
    while ((await markUnaddressed(database.em.fork(), 5_000)) > 0);
    while (await relayBatch());
  }

  /**
   * The rows stay locked while their signals are sent, so that other relays take them at once when this one dies. Rows
   * that Temporal did not take stay, and refused ones back off. Returns whether there may be more.
   *
   * Another relay that holds a row of the same leaver may still start the workflow with an older snapshot. So the end of
   * an offboarding is then signalled again.
   */
  const relayBatch = (): Promise<boolean> =>
    database.em.fork().transactional(async (em) => {
      const rows = await takeOutboxRows(em, batchSize);
      if (rows.length === 0) return false;
      const snapshots = await readSnapshots(em, [...new Set(rows.map((row) => row.offboardingId))]);
      const messages = messagesOf(rows, snapshots);
      const ends = messages.filter(({ snapshot }) => snapshot.lastDay.state !== 'open');
      const locked = await lockedElsewhere(em, ends.map(leaverOf), ends.flatMap(rowsOf));
      const { taken, refused, goesOn } = await sendBatch(
        messages,
        ({ snapshot, facts }) => engine.signalOffboarding(snapshot, facts),
        ({ snapshot }) => ({ offboardingId: snapshot.offboardingId }),
        withinMs,
      );
      const mayBeOvertaken = (message: Message) => locked.has(leaverOf(message));
      const sent = taken.filter((message) => !mayBeOvertaken(message)).flatMap(rowsOf);
      const again = refused.flatMap(rowsOf);
      await markSent(em, sent);
      await postpone(em, taken.filter(mayBeOvertaken).flatMap(rowsOf));
      await backOff(em, again);
      metrics.rowsRelayed('sent', sent.length);
      metrics.rowsRelayed('refused', again.length);
      return goesOn && rows.length === batchSize;
    });

  return relay;
}

/** The rows of one leaver, the facts that they name, and the current snapshot. */
interface Message {
  snapshot: OffboardingSnapshot;
  facts: ChangedFact[];
  rowIds: number[];
}

const leaverOf = ({ snapshot }: Message) => snapshot.offboardingId;
const rowsOf = ({ rowIds }: Message) => rowIds;

function messagesOf(rows: readonly OutboxRow[], snapshots: readonly OffboardingSnapshot[]): Message[] {
  const byLeaver = Map.groupBy(rows, (row) => row.offboardingId);
  return snapshots.map((snapshot) => {
    const own = byLeaver.get(snapshot.offboardingId)!;
    return {
      snapshot,
      facts: [...new Set(own.flatMap((row) => row.facts))],
      rowIds: own.map((row) => row.id),
    };
  });
}
