import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { Offboarding } from '../../../database/entities/index.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { eventually } from '../../../testing/cast/engine.ts';
import { asOwner } from '../../../testing/servers/owner.ts';
import { consoleWithEngine } from '../../../testing/web/console.ts';
import { messagesOn } from '../../../testing/web/page-messages.ts';
import { type Browserlike, startWeb } from '../../../testing/web/web.ts';

const { own, database, engine, web } = await consoleWithEngine();
const { ownerUrl } = own;
await engine.startWorker();

let cast: Cast;
let ivo: Browserlike;
let page: string;

beforeEach(async () => {
  cast = await makeCast(database);
  ivo = await web.signIn(cast.ivo.email);
  page = `/offboarding/${cast.lena.id}`;
  await clearChecklist(database, cast);
});

const retry = (by = ivo) => by.post(`${page}/retry`, { token: randomUUID() });
const nothingFailed = "info: There's no failed step to retry.";
const failedStep = async () =>
  (await database.em.fork().findOneOrFail(Offboarding, { id: cast.offboardingId })).failedStep ?? null;

/** Makes a completion fail permanently. On a busy machine that takes longer than the web process waits. */
async function failToComplete() {
  await asOwner(
    ownerUrl,
    `alter table webhook_events add constraint broken check (type <> 'user.offboarded') not valid`,
  );
  await ivo.post(`${page}/completion`, { token: randomUUID() });
  await eventually(async () => (await failedStep()) === 'completion');
  await asOwner(ownerUrl, 'alter table webhook_events drop constraint broken');
  expect((await ivo.get(page)).text).toContain('Retry');
}

test('a retry completes, and a second tab learns that nothing failed', async () => {
  await failToComplete();
  const tabs = await Promise.all([retry(), retry()]);
  expect(tabs.map(({ status, location }) => [status, location])).toEqual(Array(2).fill([303, page]));
  expect((await ivo.get(page)).text).toContain('Completed by');
  expect((await retry()).status).toBe(303);
  expect(messagesOn((await ivo.get(page)).text)).toBe(nothingFailed);
});

test('a retry with something open is refused with its exact message', async () => {
  await failToComplete();
  await assignAsset(database.em, `user:${cast.ivo.id}`, cast.spare.id, cast.lena.id);
  const answer = await retry();
  expect(answer.status).toBe(409);
  expect(messagesOn(answer.text)).toBe(
    'danger: Cannot complete offboarding: 1 hardware, 0 software, 0 request(s) still open.',
  );
});

test('a retry without a failure does nothing, and says so', async () => {
  expect((await retry()).status).toBe(303);
  expect(messagesOn((await ivo.get(page)).text)).toBe(nothingFailed);
});

test('a retry of a terminated workflow clears the failed step', async () => {
  await failToComplete();
  await engine.handleOf(cast.offboardingId).terminate();
  expect((await retry()).status).toBe(303);
  expect(messagesOn((await ivo.get(page)).text)).toBe(nothingFailed);
  expect(await failedStep()).toBeNull();
});

test('without Temporal a retry says that there is no answer yet', async () => {
  await failToComplete();
  const webWithoutTemporal = await startWeb(own, { TEMPORAL_ADDRESS: '127.0.0.1:1' }, { deadlineMs: 450 });
  const answer = await retry(await webWithoutTemporal.signIn(cast.ivo.email));
  expect(answer.status).toBe(202);
  expect(messagesOn(answer.text)).toContain('warning: Still working.');
});
