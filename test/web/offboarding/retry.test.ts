import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { Offboarding } from '../../../database/entities/index.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { eventually, ownEngine } from '../../../testing/cast/engine.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { asOwner } from '../../../testing/servers/owner.ts';
import { type Browserlike, startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { database, ownerUrl } = own;
const engine = await ownEngine(database);
await engine.startWorker();
const web = await startWeb(own, { TEMPORAL_NAMESPACE: engine.namespace });

let cast: Cast;
let ivo: Browserlike;
let page: string;

beforeEach(async () => {
  cast = await makeCast(database);
  ivo = await web.signIn(cast.ivo.email);
  page = `/offboarding/${cast.lena.id}`;
  await clearChecklist(database, cast);
});

const said = (html: string) =>
  [.../class="alert alert-(\w+)"[\s\S]*?<span>([^<]*)<\/span>/.exec(html)!].slice(1).join(': ');
const retry = (by = ivo) => by.post(`${page}/retry`, { token: randomUUID() });
const nothingFailed = 'info: Nothing waits for another try any more.';
const failedStep = async () =>
  (await database.em.fork().findOneOrFail(Offboarding, { id: cast.offboardingId })).failedStep ?? null;

/** Completing fails for good, which takes longer than somebody waits when the machine is busy. */
async function failToComplete() {
  await asOwner(
    ownerUrl,
    `alter table webhook_events add constraint broken check (type <> 'user.offboarded') not valid`,
  );
  await ivo.post(`${page}/completion`, { token: randomUUID() });
  await eventually(async () => (await failedStep()) === 'completion');
  await asOwner(ownerUrl, 'alter table webhook_events drop constraint broken');
  expect((await ivo.get(page)).text).toContain('Try again');
}

test('trying again completes, and a second tab hears that nothing waits any more', async () => {
  await failToComplete();
  const tabs = await Promise.all([retry(), retry()]);
  expect(tabs.map(({ status, location }) => [status, location])).toEqual(Array(2).fill([303, page]));
  expect((await ivo.get(page)).text).toContain('Completed by');
  expect((await retry()).status).toBe(303);
  expect(said((await ivo.get(page)).text)).toBe(nothingFailed);
});

test('trying again with something open is refused with the exact words', async () => {
  await failToComplete();
  await assignAsset(database.em, `user:${cast.ivo.id}`, cast.spare.id, cast.lena.id);
  const answer = await retry();
  expect(answer.status).toBe(409);
  expect(said(answer.text)).toBe(
    'danger: Cannot complete offboarding: 1 hardware, 0 software, 0 request(s) still open.',
  );
});

test('with nothing failed nothing is tried, and it is said so', async () => {
  expect((await retry()).status).toBe(303);
  expect(said((await ivo.get(page)).text)).toBe(nothingFailed);
});

test('a process that is gone has nothing waiting any more', async () => {
  await failToComplete();
  await engine.handleOf(cast.offboardingId).terminate();
  expect((await retry()).status).toBe(303);
  expect(said((await ivo.get(page)).text)).toBe(nothingFailed);
  expect(await failedStep()).toBeNull();
});

test('without an engine the page says that there is no answer yet', async () => {
  await failToComplete();
  const astray = await startWeb(own, { TEMPORAL_ADDRESS: '127.0.0.1:1' }, { deadlineMs: 450 });
  const answer = await retry(await astray.signIn(cast.ivo.email));
  expect(answer.status).toBe(202);
  expect(said(answer.text)).toContain('warning: The process engine has not answered yet.');
});
