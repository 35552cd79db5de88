import { Connection } from '@temporalio/client';
import { expect, inject, test } from 'vitest';
import { makeLog } from '../../config/log.ts';
import { createWorkerClient } from '../../engine/client.ts';
import { ownEngine } from '../../testing/cast/engine.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { createBatchSender } from '../../worker/batch-sender.ts';

const { database } = await ownDatabase();
const { engine, sendBatch } = await ownEngine(database);
const log = makeLog('worker', 'silent');
const hundred = Array.from({ length: 100 }, (_, i) => i);
const about = (number: number) => ({ number });

test('a batch sends everything, and returns what Temporal accepted and refused', async () => {
  const { taken, refused, goesOn } = await sendBatch(
    hundred,
    async (number) => {
      if (number % 10 === 3) throw new Error('not this one');
    },
    about,
  );
  expect([taken.length, refused.length, goesOn]).toEqual([90, 10, true]);
  expect(refused.every((number) => number % 10 === 3)).toBe(true);
});

test('a batch stops when Temporal does not answer, and counts nothing as refused', async () => {
  const connection = await Connection.connect({ address: inject('temporalAddress'), interceptors: [] });
  const nowhere = createWorkerClient(connection, 'no-such-namespace');
  const give = createBatchSender({ engine: nowhere, log, stopping: new AbortController().signal });
  expect(await give(hundred, (mailId) => nowhere.startUnlessRunning('mail', mailId), about)).toEqual({
    taken: [],
    refused: [],
    goesOn: false,
  });
  await connection.close();
});

test('a batch starts nothing more on shutdown, and waits for running calls', async () => {
  const stopping = new AbortController();
  let ended = 0;
  const { taken, goesOn } = await createBatchSender({ engine, log, stopping: stopping.signal })(
    hundred,
    async (number) => {
      if (number === 19) stopping.abort();
      await new Promise((resolve) => setTimeout(resolve, 100));
      ended++;
    },
    about,
  );
  expect([taken.length, ended, goesOn]).toEqual([20, 20, false]);
});

test('a batch starts nothing more after its time limit, because its rows are locked meanwhile', async () => {
  const wait = () => new Promise((resolve) => setTimeout(resolve, 400));
  const { taken, refused, goesOn } = await sendBatch(hundred, wait, about, 1_000);
  expect([taken.length, refused.length, goesOn]).toEqual([60, 0, true]);
});

test('concurrent failures check only once whether Temporal is reachable', async () => {
  let asked = 0;
  const counting = {
    isReachable: () => {
      asked++;
      return engine.isReachable();
    },
  };
  const stopping = new AbortController().signal;
  const { refused } = await createBatchSender({ engine: counting, log, stopping })(
    hundred.slice(0, 20),
    () => Promise.reject(new Error('not this one')),
    about,
  );
  expect([refused.length, asked]).toEqual([20, 1]);
});
