import { expect, test } from 'vitest';
import { offboardingActivities } from '../../../activities/offboardings.ts';
import { createBulkAction } from '../../../database/bulk/actions.ts';
import { executeBulkAction } from '../../../database/bulk/execute.ts';
import { AuditEntry, BulkItem, License, Request, Seat } from '../../../database/entities/index.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { createRequest } from '../../../database/inventory/requests.ts';
import type { WorkflowRevocation } from '../../../database/inventory/revoke-by-workflow.ts';
import { revokeSeat } from '../../../database/inventory/seats.ts';
import { undoRevocation } from '../../../database/inventory/undo-revocation.ts';
import { cancelOffboarding } from '../../../database/offboarding/offboardings.ts';
import type { Actor } from '../../../domain/actor.ts';
import type { AuditAction } from '../../../domain/audit.ts';
import type { BulkItemInput, BulkKind } from '../../../domain/bulk.ts';
import { NoAnswerYet } from '../../../engine/console-client.ts';
import { revokeSeat as revokeSeatUpdate } from '../../../engine/contract.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { eventually, testDependencies } from '../../../testing/cast/engine.ts';
import { asOwner } from '../../../testing/servers/owner.ts';
import { openConsole, startBrowser } from '../../../testing/web/browser.ts';
import { fieldsOf } from '../../../testing/web/form.ts';
import { createBulkActionStarter } from '../../../worker/starters.ts';
import { ownConsole } from '../checklist/setup.ts';

const { own, database, engine, web, begin } = await ownConsole();
await engine.startWorker();
const browser = await startBrowser();
const { em } = database;

/** Gives Lena more seats, and returns the ids of all of them. */
async function giveSeats({ lena, license, seatId }: Cast, count: number): Promise<number[]> {
  const fork = em.fork();
  const licenses = Array.from({ length: count }, (_, place) =>
    fork.create(License, { name: `${license.name} tool ${place}`, vendor: 'Acme', seatsTotal: 1 }),
  );
  await fork.flush();
  const seats = licenses.map(({ id }) => fork.create(Seat, { licenseId: id, userId: lena.id }));
  await fork.flush();
  return [seatId, ...seats.map(({ id }) => id)];
}

/** The results on a page, as `label: tag`. */
const resultsOn = (html: string): string[] => {
  const list = html.split('id="results"')[1]?.split('</section>')[0] ?? '';
  return list
    .split('<li')
    .slice(1)
    .map((item) =>
      `<li${item}`
        .replaceAll(/<[^>]*>/g, ' ')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    );
};

const entriesAbout = (userId: number, action: 'seat.revoked' | 'request.resolved') =>
  em.fork().count(AuditEntry, { userId, action });

test('all seats are revoked through the workflow, item by item, and twice sent is once done', async () => {
  const { cast, ivo, page } = await begin();
  const ids = await giveSeats(cast, 6);
  expect((await ivo.get(page)).text).toContain(`href="${page}/revocations"`);
  const question = await ivo.get(`${page}/revocations`);
  expect(question.text).toContain('Revoke Lena Brandt&#39;s 7 seats?');
  const fields = fieldsOf(question.text, `${page}/revocations`);
  await revokeSeat(em, 'system', ids[1]!);
  const answers = await Promise.all([
    ivo.post(`${page}/revocations`, fields),
    ivo.post(`${page}/revocations`, fields),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([303, 303]);
  expect(answers[0]!.location).toBe(answers[1]!.location);
  const results = resultsOn((await ivo.get(answers[0]!.location!)).text);
  expect(results).toHaveLength(7);
  expect(results.filter((line) => line.endsWith('Revoked'))).toHaveLength(6);
  expect(results.filter((line) => line.endsWith('Already revoked. No change'))).toHaveLength(1);
  expect(await em.fork().count(Seat, { userId: cast.lena.id, revokedAt: null })).toBe(0);
  expect(await entriesAbout(cast.lena.id, 'seat.revoked')).toBe(7);
  const byIvo = { userId: cast.lena.id, action: 'seat.revoked', actor: `user:${cast.ivo.id}` } as const;
  expect(await em.fork().count(AuditEntry, byIvo)).toBe(6);
});

test("another person's seats and requests stay, with the reason", async () => {
  const { cast, ivo, page } = await begin();
  const other = await begin();
  const token = crypto.randomUUID();
  const sent = { token, ids: `${cast.seatId},${other.cast.seatId},999999` };
  const { location } = await ivo.post(`${page}/revocations`, sent);
  expect(
    resultsOn((await ivo.get(location!)).text).map((line) => line.replace(/^Figma \d+/, 'Figma')),
  ).toEqual([
    'Figma This belongs to someone else. Not done',
    '— We can&#39;t find this seat. Not done',
    'Figma Revoked',
  ]);
  expect((await em.fork().findOneOrFail(Seat, { id: other.cast.seatId })).revokedAt).toBeNull();
});

test('all requests are rejected, and one that is closed meanwhile says so', async () => {
  const { cast, ivo, page } = await begin();
  await createRequest(em, 'system', cast.lena.id, { item: 'Chair', reason: null });
  const fields = fieldsOf((await ivo.get(`${page}/rejections`)).text, `${page}/rejections`);
  await ivo.post(`/requests/${cast.requestId}/resolution`, { outcome: 'cancelled' });
  const { location } = await ivo.post(`${page}/rejections`, fields);
  expect(resultsOn((await ivo.get(location!)).text)).toEqual([
    'Second monitor Already cancelled. No change',
    'Chair Rejected',
  ]);
  expect(await em.fork().count(Request, { userId: cast.lena.id, status: 'rejected' })).toBe(1);
  expect(await entriesAbout(cast.lena.id, 'request.resolved')).toBe(2);
  expect((await ivo.post(`${page}/rejections`, { ids: 'all' })).status).toBe(422);
});

test('more than 20 seats are revoked by a workflow, and the page shows how far it is', async () => {
  const { cast, ivo, page } = await begin();
  await giveSeats(cast, 24);
  const fields = fieldsOf((await ivo.get(`${page}/revocations`)).text, `${page}/revocations`);
  const { location } = await ivo.post(`${page}/revocations`, fields);
  expect((await ivo.get(location!)).text).toContain('Still working: 25 items left.');
  await createBulkActionStarter({ database, engine: engine.engine, sendBatch: engine.sendBatch })();
  const text = await eventually(async () => {
    const shown = (await ivo.get(location!)).text;
    return shown.includes('>25 seats revoked') ? shown : null;
  });
  expect(text).not.toContain('Still working');
  expect(await entriesAbout(cast.lena.id, 'seat.revoked')).toBe(25);
});

test('an item without an answer waits for the workflow, which gets the answer to the same update', async () => {
  const { cast, ivo } = await begin();
  const { id } = await createBulkAction(em, {
    token: crypto.randomUUID(),
    kind: 'revocation',
    userId: cast.lena.id,
    actor: `user:${cast.ivo.id}`,
    items: [{ itemId: cast.seatId }],
  });
  await executeBulkAction(em, id, {
    async revokeByWorkflow(offboardingId, seatId, { actor, token }) {
      await engine.ask(revokeSeatUpdate, offboardingId, { seatId, actor, token });
      throw new NoAnswerYet();
    },
    resultOf: () => null,
  });
  expect((await ivo.get(`/bulk/${id}`)).text).toContain('Still working: 1 item left.');
  await createBulkActionStarter({ database, engine: engine.engine, sendBatch: engine.sendBatch })();
  await eventually(async () => (await ivo.get(`/bulk/${id}`)).text.includes('1 seat revoked'));
});

const recoveryOf = ({ assignmentId }: Cast['laptop']) => ({
  assignmentId,
  condition: 'good' as const,
  nextStatus: 'in_stock' as const,
  note: null,
});

/** Stores an action of Ivo with one item. */
async function orderOf({ ivo, lena }: Cast, kind: BulkKind, item: BulkItemInput): Promise<number> {
  const actor = `user:${ivo.id}` as const;
  const order = { token: crypto.randomUUID(), kind, userId: lena.id, actor, items: [item] };
  return (await createBulkAction(em, order)).id;
}

const outcomeOf = async (actionId: number) => {
  const { outcome, reason } = await em.fork().findOneOrFail(BulkItem, { actionId });
  return reason ?? outcome;
};

const noUpdate = () => Promise.reject(new Error('No Update was expected'));

test.each<[BulkKind, AuditAction, (cast: Cast) => BulkItemInput]>([
  ['rejection', 'request.resolved', ({ requestId }) => ({ itemId: requestId })],
  ['recovery', 'asset.recovered', ({ laptop }) => ({ itemId: laptop.id, recovery: recoveryOf(laptop) })],
  ['reminder', 'offboarding.reminded', ({ lena }) => ({ itemId: lena.id })],
])('a %s happens together with its result, and once', async (kind, action, itemOf) => {
  const cast = await makeCast(database, -3);
  const id = await orderOf(cast, kind, itemOf(cast));
  const execute = () => executeBulkAction(em, id, { revokeByWorkflow: noUpdate, resultOf: () => null });
  const entries = () => em.fork().count(AuditEntry, { userId: cast.lena.id, action });
  await asOwner(
    own.ownerUrl,
    `create function break_items() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$`,
    'create trigger break_items before update on bulk_items for each row execute function break_items()',
  );
  await execute().catch(() => undefined);
  await asOwner(own.ownerUrl, 'drop trigger break_items on bulk_items', 'drop function break_items');
  expect([await entries(), await outcomeOf(id)]).toEqual([0, null]);
  await Promise.all([execute(), execute(), execute()]);
  expect([await entries(), await outcomeOf(id)]).toEqual([1, 'done']);
});

test('a revocation whose result was lost with its process says that this order did it, even after the offboarding was cancelled', async () => {
  const { cast } = await begin();
  const id = await orderOf(cast, 'revocation', { itemId: cast.seatId });
  const revokeThenDie: WorkflowRevocation<{ actor: Actor; token: string }> = async (
    offboardingId,
    seatId,
    { actor, token },
  ) => {
    expect(await engine.ask(revokeSeatUpdate, offboardingId, { seatId, actor, token })).toEqual({
      outcome: 'revoked',
    });
    throw new NoAnswerYet();
  };
  await executeBulkAction(em, id, { revokeByWorkflow: revokeThenDie, resultOf: () => null });
  await cancelOffboarding(em, 'system', cast.lena.id);
  await undoRevocation(em, 'system', cast.seatId, 'correction');
  await executeBulkAction(em, id, { revokeByWorkflow: noUpdate, resultOf: () => null });
  expect([await entriesAbout(cast.lena.id, 'seat.revoked'), await outcomeOf(id)]).toEqual([1, 'done']);
});

test('a step of the workflow that is repeated recognises the seat that it revoked', async () => {
  const { cast } = await begin();
  const { revokeSeat: step } = offboardingActivities(testDependencies(database));
  const { offboardingId, seatId, ivo } = cast;
  const asked = { offboardingId, seatId, actor: `user:${ivo.id}`, requestedAt: Date.now() } as const;
  const answerTo = async (updateId: string) => (await step({ ...asked, updateId })).answer.outcome;
  expect([await answerTo('one'), await answerTo('one'), await answerTo('other')]).toEqual([
    'revoked',
    'revoked',
    'already-revoked',
  ]);
});

test('3 devices, 5 seats and 1 request are cleared and completed with at most 12 clicks', async () => {
  const { cast } = await begin();
  await giveSeats(cast, 4);
  await assignAsset(em, 'system', cast.spare.id, cast.lena.id);
  const third = await begin();
  await assignAsset(em, 'system', third.cast.spare.id, cast.lena.id);
  await engine.relay();
  const { page, complaints } = await openConsole(browser, web.address, cast.ivo.email);
  await page.goto(`/offboarding?manager=${encodeURIComponent('Mira')}`);
  let clicks = 0;
  const click = async (role: 'link' | 'button' | 'radio', name: string | RegExp) => {
    clicks++;
    await page.getByRole(role, { name }).click();
  };
  clicks++;
  await page.locator(`tr[data-href="/offboarding/${cast.lena.id}"] .action a`).click();
  await click('button', 'Recover selected');
  await click('radio', 'Good');
  await click('radio', 'In stock');
  await click('button', 'Record recovery');
  await page.getByText('3 devices recovered').waitFor();
  await click('link', 'Revoke all seats');
  await click('button', 'Revoke 5 seats');
  await page.getByText('5 seats revoked').waitFor();
  clicks++;
  await page.getByText('Review & close').click();
  await click('button', 'Reject');
  await click('button', 'Mark as offboarded');
  await click('button', 'Mark as offboarded');
  await page.getByText('Lena Brandt is now offboarded.').waitFor();
  expect(clicks).toBeLessThanOrEqual(12);
  expect(complaints).toEqual([]);
});
