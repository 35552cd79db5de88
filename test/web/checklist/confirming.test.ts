import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { Offboarding } from '../../../database/entities/index.ts';
import { assignSeat } from '../../../database/inventory/seats.ts';
import { updateUser, userById } from '../../../database/people/users.ts';
import { addDays, todayIn } from '../../../domain/dates.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { messagesOn } from '../../../testing/web/page-messages.ts';
import { ownConsole } from './setup.ts';

const { database, engine, begin } = await ownConsole();
await engine.startWorker();

const offboardingCount = (userId: number) => database.em.fork().count(Offboarding, { userId });

test('the confirmation names everything that will happen', async () => {
  const { cast, ivo, page } = await begin();
  await clearChecklist(database, cast);
  const { text } = await ivo.get(`${page}/completion`);
  for (const name of ['Lena Brandt', 'Mira Holt', '2 people']) expect(text).toContain(name);
  expect(text).toContain('<bdi>Rosa Díaz</bdi>, <bdi>Timo Aalto</bdi>.');
  expect(text).toContain("can't be undone");
  expect(await userById(database.em, cast.lena.id)).toMatchObject({ status: 'active' });
});

test.each([
  ['is here', '2026-01-01', /becomes <strong>today, \d+ \w+ \d{4}<\/strong>/],
  ['has not begun', '2099-05-04', /becomes <strong>their first day, 4 May 2099<\/strong>/],
])('the confirmation for a user who %s says which end date they get', async (_who, startDate, words) => {
  const { cast, ivo } = await begin();
  await updateUser(database.em, 'system', cast.emil.id, { startDate });
  expect((await ivo.get(`/offboarding/${cast.emil.id}/completion`)).text).toMatch(words);
});

test('the confirmation warns before the last day, and not from that day on', async () => {
  const { cast, ivo, page } = await begin();
  await clearChecklist(database, cast);
  const confirmation = async () => messagesOn((await ivo.get(`${page}/completion`)).text);
  expect(await confirmation()).toBe(
    "warning: Lena Brandt's last day is in 5 days. They'll lose access today.",
  );
  for (const [days, words] of [
    [1, 'tomorrow'],
    [0, null],
    [-3, null],
  ] as const) {
    const endDate = addDays(todayIn('UTC', new Date()), days);
    await updateUser(database.em, 'system', cast.lena.id, { endDate });
    const expected = `warning: Lena Brandt's last day is ${words}. They'll lose access today.`;
    expect(await confirmation()).toBe(words === null ? null : expected);
  }
});

test('the confirmation is refused while something is open', async () => {
  const { ivo, page } = await begin();
  const answer = await ivo.get(`${page}/completion`);
  expect(answer.status).toBe(409);
  expect(messagesOn(answer.text)).toBe(
    'danger: Cannot complete offboarding: 1 hardware, 1 software, 1 request(s) still open.',
  );
});

test('no user can complete their own offboarding, and nothing is opened', async () => {
  const { cast, ivo } = await begin();
  const page = `/offboarding/${cast.ivo.id}/completion`;
  for (const answer of [await ivo.get(page), await ivo.post(page, { token: randomUUID() })]) {
    expect(answer.status).toBe(409);
    expect(messagesOn(answer.text)).toContain("You can't complete your own offboarding.");
    expect(answer.text).not.toContain(`action="${page}"`);
  }
  expect(await offboardingCount(cast.ivo.id)).toBe(0);
});

test('an htmx request is redirected with 200, a plain form with 303', async () => {
  const { cast, ivo, page } = await begin();
  await clearChecklist(database, cast);
  const answer = await ivo.postByHtmx(`${page}/completion`, 'main', { token: randomUUID() });
  expect([answer.status, answer.headers.get('HX-Redirect'), answer.text]).toEqual([200, page, '']);
});

test('a refused completion marks the items that the page did not show', async () => {
  const { cast, ivo, page } = await begin();
  const shown = `seat-${cast.seatId} request-${cast.requestId}`;
  await clearChecklist(database, cast);
  const seatId = await assignSeat(database.em, 'system', cast.license.id, cast.lena.id);
  const mark = 'New since you opened this page';
  const refusals = [
    await ivo.post(`${page}/completion`, { shown: '' }),
    await ivo.post(`${page}/completion`, { shown }),
    await ivo.get(`${page}/completion?shown=`),
  ];
  for (const { status, text } of refusals) {
    expect([status, text.split(mark).length - 1]).toEqual([409, 1]);
    expect(text.match(/<(li|div)[^>]* autofocus/g)).toEqual([expect.stringContaining(`id="seat-${seatId}"`)]);
  }
  const marksNothing: Record<string, string>[] = [{}, { shown: 'everything' }, { shown: `seat-${seatId}` }];
  for (const fields of marksNothing) {
    const { status, text } = await ivo.post(`${page}/completion`, fields);
    expect([status, text.includes(mark)]).toEqual([409, false]);
    expect(text.match(/<(li|div)[^>]* autofocus/g)).toEqual([
      expect.stringContaining('class="alert alert-danger"'),
    ]);
  }
});
