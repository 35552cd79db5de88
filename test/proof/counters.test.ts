import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { countForWorkflows, wrongCounters } from '../../prove/controls/counting/relay.ts';
import { createEnvironment } from '../../prove/races/environment.ts';
import { type CallWrapper, lossyConnection } from '../../prove/races/lossy-connection.ts';
import { race } from '../../prove/races/race.ts';
import { whileRelaying } from '../../prove/races/relaying.ts';
import { noProblems, verdictOn } from '../../prove/races/verdict.ts';
import { randomFrom } from '../../prove/random.ts';
import { seed } from '../../prove/seed.ts';
import { ownDatabase } from '../../testing/servers/database.ts';

const workflowsPath = fileURLToPath(new URL('../../prove/controls/counting/workflow.ts', import.meta.url));

test('over the same lossy connection snapshots are right, and counters are wrong', async () => {
  const environment = await createEnvironment(await ownDatabase(), 6);
  const random = randomFrom(seed);
  const options = { ...environment, random: random.named('race'), operations: 15 };
  const aftermath = await whileRelaying(environment, random, () => race(options));
  expect(await verdictOn(environment, aftermath)).toEqual(noProblems);

  const { address, namespace, client } = environment.engine;
  const taskQueue = `counting-${randomBytes(4).toString('hex')}`;
  const connection = await NativeConnection.connect({ address });
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  const worker = await Worker.create({ connection, namespace, taskQueue, workflowBundle });
  const countedOver = async (name: string, call: CallWrapper) => {
    await countForWorkflows(client, { name, taskQueue }, environment.pool, aftermath.company, call);
    return wrongCounters(client, name, environment.pool, aftermath.company);
  };
  const [good, bad] = await worker.runUntil(async () => [
    await countedOver('good', (call) => call()),
    await countedOver('bad', lossyConnection(random.named('line'))),
  ]);
  await connection.close();
  expect(good).toEqual([]);
  expect(bad).toContainEqual(expect.stringMatching(/^the counters of user \d+ say/));
});
