import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { countForWorkflows, wrongCounters } from '../../prove/controls/counting/relay.ts';
import { badLine, type Speaker } from '../../prove/races/bad-line.ts';
import { createEnvironment } from '../../prove/races/environment.ts';
import { race } from '../../prove/races/race.ts';
import { whileRelaying } from '../../prove/races/relaying.ts';
import { allIsWell, verdictOn } from '../../prove/races/verdict.ts';
import { randomFrom } from '../../prove/random.ts';
import { seed } from '../../prove/seed.ts';
import { ownDatabase } from '../../testing/servers/database.ts';

const workflowsPath = fileURLToPath(new URL('../../prove/controls/counting/workflow.ts', import.meta.url));

it('over the same bad line pictures come out right, and counters do not', async () => {
  const stage = await createEnvironment(await ownDatabase(), 6);
  const random = randomFrom(seed);
  const course = { ...stage, random: random.named('race'), operations: 15 };
  const aftermath = await whileRelaying(stage, random, () => race(course));
  expect(await verdictOn(stage, aftermath)).toEqual(allIsWell);

  const { address, namespace, client } = stage.engine;
  const taskQueue = `counting-${randomBytes(4).toString('hex')}`;
  const connection = await NativeConnection.connect({ address });
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  const worker = await Worker.create({ connection, namespace, taskQueue, workflowBundle });
  const countedOver = async (name: string, line: Speaker) => {
    await countForWorkflows(client, { name, taskQueue }, stage.pool, aftermath.company, line);
    return wrongCounters(client, name, stage.pool, aftermath.company);
  };
  const [good, bad] = await worker.runUntil(async () => [
    await countedOver('good', (say) => say()),
    await countedOver('bad', badLine(random.named('line'))),
  ]);
  await connection.close();
  expect(good).toEqual([]);
  expect(bad).toContainEqual(expect.stringMatching(/^the counters of user \d+ say/));
});
