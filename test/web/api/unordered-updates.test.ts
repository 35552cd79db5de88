import { expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { AuditEntry, Offboarding } from '../../../database/entities/index.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { eventually, listed } from '../../../testing/cast/engine.ts';
import { type HrUpdate, newestOf, scrambledHrUpdates } from '../../../testing/cast/hr-updates.ts';
import { apiAt, type Called, expectProblem } from '../../../testing/web/api.ts';
import { consoleWithEngine } from '../../../testing/web/console.ts';

const { database, em, engine, web } = await consoleWithEngine();
const { value } = await createToken(em, 'system', { name: 'hr', scopes: ['users:read', 'users:write'] });
const call = apiAt(web.address, value);
const cast = await makeCast(database);
const { emil } = cast;
const path = `/users/${emil.externalId}`;

const send = ({ method, body, key }: HrUpdate) =>
  call(method, path, { body, headers: key === undefined ? {} : { 'Idempotency-Key': key } });

/** Sends updates as the queue of an HR system does, with several workers that each take the next one. */
async function sendAll(updates: HrUpdate[], atATime: number): Promise<Called[]> {
  const waiting = [...updates];
  const answers: Called[] = [];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      answers.push(await send(next));
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  return answers;
}

/** How many audit entries the revisions stand for: one each for profile, date and manager. */
function realChanges(states: Record<string, unknown>[]): number {
  const differs = (fields: string[], index: number) =>
    index > 0 && fields.some((field) => states[index]![field] !== states[index - 1]![field]);
  const kinds = [['name', 'email', 'department', 'jobTitle', 'timeZone'], ['endDate'], ['managerExternalId']];
  return states.flatMap((_, index) => kinds.filter((fields) => differs(fields, index))).length;
}

test('200 scrambled and repeated updates end in the newest values, with one workflow', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.info(`seed ${seed}`);
  const updates = scrambledHrUpdates(200, seed, {
    email: emil.email,
    managers: [cast.mira.externalId, cast.lena.externalId],
  });
  expect(updates).toHaveLength(200);
  await engine.startWorker();
  const before = (await call('GET', path)).json;

  const answers = await sendAll(updates, 6);
  await engine.relay();

  for (const answer of answers) {
    if (answer.status !== 200) expectProblem(answer, 409, 'still-running');
  }
  expect((await call('GET', path)).json).toMatchObject(newestOf(updates));

  const seen = answers.filter(({ status }) => status === 200).map(({ json }) => json);
  const states = new Map([before, ...seen].map((state) => [state.revision as number, state]));
  const inOrder = [...states.values()].sort((a, b) => a.revision - b.revision);
  // One more than the changes, because the first date also started the offboarding.
  expect(await em.fork().count(AuditEntry, { userId: emil.id })).toBe(realChanges(inOrder) + 1);

  const [offboarding, ...others] = await em.fork().find(Offboarding, { userId: emil.id });
  expect(others).toEqual([]);
  const { endDate } = newestOf(updates);
  await eventually(async () => {
    const running = await listed(engine.engine);
    return running.get(offboarding!.id)?.endDate === endDate;
  });
  expect(await runsOf(offboarding!.id)).toBe(1);
});

/** How many runs the workflow of an offboarding has, closed ones included. */
async function runsOf(offboardingId: number): Promise<number> {
  const query = `WorkflowId = 'offboarding-${offboardingId}'`;
  let runs = 0;
  for await (const _ of engine.client.workflow.list({ query })) runs++;
  return runs;
}
