import { inFlight } from '../activities/in-flight.ts';
import type { Log } from '../config/log.ts';
import { type Picture, picturesOf } from '../database/checklists.ts';
import type { ChangedFact } from '../database/entities/record.ts';
import type { Database } from '../database/orm.ts';
import { markSent, type OutboxRow, passOverUnaddressed, putOff, takeOutboxRows } from '../database/outbox.ts';
import type { WorkerMetrics } from '../metrics/worker.ts';
import type { Engine } from './engine.ts';

/** Rows taken at once, and leavers told at the same time. */
const batchSize = 200;
const width = 20;

/** Tells the engine what the database has recorded. */
export type Relay = ReturnType<typeof createRelay>;

interface Parts {
  database: Database;
  engine: Engine;
  log: Log;
  metrics: Pick<WorkerMetrics, 'rowsRelayed'>;
}

export function createRelay({ database, engine, log, metrics }: Parts) {
  /** Relays what is due now. Any number of relays may run beside each other. */
  async function relay(): Promise<void> {
    while ((await passOverUnaddressed(database.em.fork(), 5_000)) > 0);
    while ((await relayBatch()) === batchSize);
  }

  /**
   * The rows stay locked while the engine is told, so that a relay that dies leaves them to the others at
   * once. Those that the engine has not taken stay as they are, those that it refuses are put off.
   */
  const relayBatch = (): Promise<number> =>
    database.em.fork().transactional(async (em) => {
      const rows = await takeOutboxRows(em, batchSize);
      const pictures = await picturesOf(em, [...new Set(rows.map((row) => row.offboardingId))]);
      const told = await tellAll(joined(rows, pictures));
      await markSent(em, told.sent);
      await putOff(em, told.refused);
      metrics.rowsRelayed('sent', told.sent.length);
      metrics.rowsRelayed('refused', told.refused.length);
      return told.engineIsAway ? 0 : rows.length;
    });

  async function tellAll(messages: Message[]) {
    const told = { sent: [] as number[], refused: [] as number[], engineIsAway: false };
    await inFlight(messages, width, async ({ picture, facts, rowIds }) => {
      if (told.engineIsAway) return;
      try {
        await engine.tell(picture, facts);
        told.sent.push(...rowIds);
      } catch (error) {
        const { offboardingId } = picture;
        if (!(await engine.answers())) told.engineIsAway = true;
        else {
          told.refused.push(...rowIds);
          const reason = (error as Error).message;
          log.info({ reason, offboardingId }, 'The engine has not taken a change; it is told again later');
        }
      }
    });
    if (told.engineIsAway) log.warn('The engine does not answer; changes are kept until it does');
    return told;
  }

  return relay;
}

/** What belongs to one leaver: the rows, the facts they name, and the picture of now. */
interface Message {
  picture: Picture;
  facts: ChangedFact[];
  rowIds: number[];
}

function joined(rows: readonly OutboxRow[], pictures: readonly Picture[]): Message[] {
  const rowsOf = Map.groupBy(rows, (row) => row.offboardingId);
  return pictures.map((picture) => {
    const own = rowsOf.get(picture.offboardingId)!;
    return {
      picture,
      facts: [...new Set(own.flatMap((row) => row.facts))],
      rowIds: own.map((row) => row.id),
    };
  });
}
