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

/** Rows taken at once, and how long they are told of while they are locked, in milliseconds. */
const batchSize = 200;
const withinMs = 10_000;

/** Tells the engine what the database has recorded. */
export type Relay = ReturnType<typeof createRelay>;

interface Parts {
  database: Database;
  engine: Pick<WorkerClient, 'signalOffboarding'>;
  sendBatch: SendBatch;
  metrics: Pick<WorkerMetrics, 'rowsRelayed'>;
}

export function createRelay({ database, engine, sendBatch, metrics }: Parts) {
  /** Relays what is due now. Any number of relays may run beside each other. */
  async function relay(): Promise<void> {
    while ((await markUnaddressed(database.em.fork(), 5_000)) > 0);
    while (await relayBatch());
  }

  /**
   * The rows stay locked while the engine is told, so that a relay that dies leaves them to the others at
   * once. Those that the engine has not taken stay as they are, those that it refuses are put off. Returns whether
   * there may be more.
   *
   * While another relay holds a row of a leaver it may yet start their process with a snapshot of before: the end of an
   * offboarding is then told again. Whoever takes a row afterwards reads the end as well.
   */
  const relayBatch = (): Promise<boolean> =>
    database.em.fork().transactional(async (em) => {
      const rows = await takeOutboxRows(em, batchSize);
      if (rows.length === 0) return false;
      const snapshots = await readSnapshots(em, [...new Set(rows.map((row) => row.offboardingId))]);
      const messages = joined(rows, snapshots);
      const ends = messages.filter(({ snapshot }) => snapshot.lastDay.state !== 'open');
      const held = await lockedElsewhere(em, ends.map(leaverOf), ends.flatMap(rowsOf));
      const { taken, refused, goesOn } = await sendBatch(
        messages,
        ({ snapshot, facts }) => engine.signalOffboarding(snapshot, facts),
        ({ snapshot }) => ({ offboardingId: snapshot.offboardingId }),
        withinMs,
      );
      const mayBeOvertaken = (message: Message) => held.has(leaverOf(message));
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

/** What belongs to one leaver: the rows, the facts they name, and the snapshot of now. */
interface Message {
  snapshot: OffboardingSnapshot;
  facts: ChangedFact[];
  rowIds: number[];
}

const leaverOf = ({ snapshot }: Message) => snapshot.offboardingId;
const rowsOf = ({ rowIds }: Message) => rowIds;

function joined(rows: readonly OutboxRow[], snapshots: readonly OffboardingSnapshot[]): Message[] {
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
