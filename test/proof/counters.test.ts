import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { countForWorkflows, wrongCounters } from '../../prove/controls/counting/relay.ts';
import { badLine } from '../../prove/races/bad-line.ts';
import { race } from '../../prove/races/race.ts';
import { whileRelaying } from '../../prove/races/relaying.ts';
import { setStage } from '../../prove/races/stage.ts';
import { allIsWell, verdictOn } from '../../prove/races/verdict.ts';
import { randomFrom } from '../../prove/random.ts';
import { seed } from '../../prove/seed.ts';
import { ownDatabase } from '../support/database.ts';

const workflowsPath = fileURLToPath(new URL('../../prove/controls/counting/workflow.ts', import.meta.url));

it('over the same bad line pictures come out right, and counters do not', async () => {
  const stage = await setStage(await ownDatabase(), 6);
  const random = randomFrom(seed);
  const course = { ...stage, random: random.named('race'), operations: 15 };
  const aftermath = await whileRelaying(stage, random, () => race(course));
  expect(await verdictOn(stage, aftermath)).toEqual(allIsWell);

  const { address, namespace, client } = stage.engine;
  const taskQueue = `counting-${randomBytes(4).toString('hex')}`;
  const connection = await NativeConnection.connect({ address });
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  const worker = await Worker.create({ connection, namespace, taskQueue, workflowBundle });
  const differences = await worker.runUntil(async () => {
    await countForWorkflows(client, taskQueue, stage.pool, aftermath.company, badLine(random.named('line')));
    return wrongCounters(client, stage.pool, aftermath.company);
  });
  await connection.close();
  expect(differences).toContainEqual(expect.stringMatching(/^the counters of user \d+ say/));
});
