import type { Database } from '../database/core/orm.ts';
import { createDueDigests } from '../database/mail/digests.ts';
import { withholdAll } from '../database/mail/mails.ts';
import { withAdvisoryLock } from '../database/workspace/housekeeping.ts';
import type { WorkerClient } from '../engine/client.ts';
import type { SendBatch } from './batch-sender.ts';

interface Parts {
  database: Database;
  engine: Pick<WorkerClient, 'startMail'>;
  handOver: SendBatch;
  /** Whether there is a mail server. */
  isOn: boolean;
  /** How long nothing more must have come before a digest is cut, in milliseconds. */
  quietMs?: number;
}

/**
 * Turns what people were told in the console into a day's mail for each of them, and starts the mails. One worker at
 * a time; a mail whose start fails is started by the reconciler.
 */
export function createDigester({ database, engine, handOver, isOn, quietMs = 60_000 }: Parts) {
  return async function digest(): Promise<void> {
    if (!isOn) return withholdAll(database.em.fork());
    const mails: number[] = [];
    await withAdvisoryLock(database.em, 'digests', async (em) => {
      mails.push(...(await createDueDigests(em, quietMs)));
    });
    await handOver(mails, engine.startMail, (mailId) => ({ mailId }));
  };
}
