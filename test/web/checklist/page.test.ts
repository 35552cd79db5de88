import { expect, test } from 'vitest';
import { recordFailedStep } from '../../../database/offboarding/failed-steps.ts';
import { recoverLaptop, rejectRequest } from '../../../testing/cast/clearing.ts';
import { allClear, ownConsole } from './setup.ts';

const { database, engine, web, begin } = await ownConsole();
await engine.startWorker();

test('the checklist names each asset, seat and request, and why completion is locked', async () => {
  const { cast, ivo, page } = await begin();
  const { text } = await ivo.get(page);
  expect(text).toContain('Hardware to recover');
  expect(text).toContain(cast.laptop.tag);
  expect(text).toContain(`href="/assets/${cast.laptop.id}?from=offboarding#recovery"`);
  expect(text).toContain('Software licenses to revoke');
  expect(text).toContain(cast.license.name);
  expect(text).toContain('Open asset requests');
  expect(text).toContain('Second monitor');
  expect(text).toContain('Still open: 1 hardware, 1 software, 1 request.');
  expect(text).toMatch(/<button[^>]*disabled[^>]*>Mark as offboarded/);
  expect(text).not.toContain(allClear);
});

test('a cleared section says so, and a cleared checklist unlocks completion', async () => {
  const { cast, ivo, page } = await begin();
  await recoverLaptop(database, cast);
  expect((await ivo.get(page)).text).toContain('All hardware has been recovered.');
  await rejectRequest(database, cast);
  expect((await ivo.get(page)).text).toContain('All requests have been closed.');
  await ivo.post(`/seats/${cast.seatId}/revocation`);
  const { text } = await ivo.get(page);
  expect(text).toContain('All licenses have been revoked.');
  expect(text).toContain(allClear);
  expect(text).toMatch(new RegExp(`action="${page}/completion">\\s*<button[^>]*>Mark as offboarded`));
});

test('a failed step is named in words', async () => {
  const { cast, ivo, page } = await begin();
  await recordFailedStep(database.em, cast.offboardingId, 'sending');
  expect((await ivo.get(page)).text).toContain('<strong>sending webhooks and emails</strong>');
  const told = await (await web.signIn(cast.ada.email)).get('/notifications');
  expect(told.text).toContain('needs attention: a step failed (sending webhooks and emails).');
});

test.each([
  '/offboarding/999999',
  '/offboarding/0',
  '/offboarding/x',
  '/offboarding/1e3',
  '/offboarding/99999999999',
  '/nowhere',
])('%s is a 404 page', async (path) => {
  const { ivo } = await begin();
  const answer = await ivo.get(path);
  expect(answer.status).toBe(404);
  expect(answer.text).toMatch(/We can&#39;t find this (person|page)\./);
});
