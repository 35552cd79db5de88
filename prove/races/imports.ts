import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { csvOf } from '../../testing/cast/importing.ts';
import { externalNames } from './external-names.ts';
import { type Answer, type Client, noAnswer, type Operation } from './operation.ts';

/** An import, as the API shows it. */
interface Progress {
  id: number;
  state: string;
  errors: { line: number; detail: string }[];
}

const timeoutMs = 70_000;

/** A client with a token of this name that sends CSV files to the API: each sets the end dates of a few people. */
export function importClient(pool: pg.Pool, address: string, name: string, token: string): Client {
  const { person } = externalNames(pool);
  const headers = { Authorization: `Bearer ${token}` };

  async function fileOf(operations: readonly Operation[]): Promise<string> {
    const lines = operations.map(async (operation) => {
      if (operation.kind !== 'end-date') throw new Error(`These files have no ${operation.kind}`);
      return [await person(operation.userId), operation.date];
    });
    return csvOf(['externalId', 'endDate'], ...(await Promise.all(lines)));
  }

  async function importFile(body: string): Promise<Progress> {
    const sent = await fetch(`${address}/api/v1/imports/users`, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'text/csv' },
      body,
    });
    if (sent.status !== 202) throw new Error(`${sent.status} ${await sent.text()}`);
    const { id } = (await sent.json()) as Progress;
    for (const end = Date.now() + timeoutMs; Date.now() < end; await pause(100)) {
      const answer = await fetch(`${address}/api/v1/imports/${id}`, { headers });
      const progress = (await answer.json()) as Progress;
      if (progress.state === 'done') return progress;
    }
    throw new Error(`The import ${id} has not ended in time`);
  }

  return {
    actor: `token:${name}`,
    kinds: ['end-date'],
    batchSize: 3,
    async ask(operations) {
      try {
        const { errors } = await importFile(await fileOf(operations));
        // The first line is the header.
        return operations.map((_, index) => answerOf(errors.find(({ line }) => line === index + 2)));
      } catch (error) {
        return operations.map(() => noAnswer(error));
      }
    },
  };
}

const answerOf = (error: { detail: string } | undefined): Answer =>
  error === undefined ? { is: 'done' } : { is: 'refused', why: error.detail };
