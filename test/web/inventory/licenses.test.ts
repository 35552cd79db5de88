import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { License, Seat } from '../../../database/entities/index.ts';
import { createLicense, licenseById } from '../../../database/inventory/licenses.ts';
import { assignSeat } from '../../../database/inventory/seats.ts';
import { createUser, updateUser } from '../../../database/people/users.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { ownEngine } from '../../../testing/cast/engine.ts';
import { statementsOf } from '../../../testing/cast/statements.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { messageBeside, messagesOn } from '../../../testing/web/page-messages.ts';
import { type Browserlike, startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const engine = await ownEngine(own.database);
const web = await startWeb(own, { TEMPORAL_NAMESPACE: engine.namespace });
let cast: Cast;
let ivo: Browserlike;

beforeAll(async () => {
  await engine.startWorker();
});
beforeEach(async () => {
  cast = await makeCast(own.database);
  ivo = await web.signIn(cast.ivo.email);
});

const usedOf = async (licenseId: number) => (await licenseById(em, licenseId)).seatsUsed;
const seatOf = (userId: number) => em.fork().findOneOrFail(Seat, { userId }, { orderBy: { id: 'desc' } });

describe('the list of licenses', () => {
  test('shows seats used and in total, as a bar and as numbers', async () => {
    const { text } = await ivo.get(`/licenses?q=${encodeURIComponent(cast.license.name)}`);
    expect(text).toContain('1 of 3 used');
    expect(text).toMatch(/<progress\s+class="bar"\s+max="3"\s+value="1"/);
    expect((await ivo.get('/licenses?q=nothing+like+it')).text).toContain('No matching licenses');
    expect((await ivo.get('/licenses?page=70')).text).toContain("There's no page 70");
  });
});

describe('a license', () => {
  test('is added and edited by the form', async () => {
    const answer = await ivo.post('/licenses', { name: 'Miro', vendor: '', seatsTotal: '12' });
    expect(answer.status).toBe(303);
    expect(messagesOn((await ivo.get(answer.location!)).text)).toBe('success: Miro added.');
    expect((await ivo.get(`${answer.location}/edit`)).text).toContain('value="12"');

    await ivo.post(answer.location!, { name: 'Miro', vendor: 'RealtimeBoard', seatsTotal: '0' });
    expect(await em.fork().findOne(License, { name: 'Miro' })).toMatchObject({
      vendor: 'RealtimeBoard',
      seatsTotal: 0,
    });
  });

  test.each(['', '-1', '1.5', 'ten', '1000001', '99999999999'])(
    'cannot have %j seats',
    async (seatsTotal) => {
      const answer = await ivo.post('/licenses', { name: 'Bad', vendor: 'Typed', seatsTotal });
      expect(answer.status).toBe(422);
      expect(messageBeside(answer.text, 'seatsTotal')).toBe('Expected a whole number from 0 to 1,000,000.');
      expect(answer.text).toContain('value="Typed"');
      expect(await em.fork().count(License, { name: 'Bad' })).toBe(0);
    },
  );

  test('cannot have fewer seats than are in use', async () => {
    const { license } = cast;
    const answer = await ivo.post(`/licenses/${license.id}`, {
      name: license.name,
      vendor: '',
      seatsTotal: '0',
    });
    expect(answer.status).toBe(422);
    expect(messageBeside(answer.text, 'seatsTotal')).toBe("1 seat is in use, so the total can't be lower.");
    expect((await licenseById(em, license.id)).seatsTotal).toBe(3);
  });

  test('that does not exist is a 404 page', async () => {
    for (const path of ['/licenses/999999', '/licenses/999999/edit', '/licenses/x']) {
      expect((await ivo.get(path)).status).toBe(404);
    }
    expect((await ivo.post('/licenses/999999/seats', { userId: String(cast.emil.id) })).status).toBe(404);
    expect((await ivo.post('/seats/999999/revocation', { from: 'license' })).status).toBe(404);
  });

  test('shows fifty seats a page with a constant number of statements', async () => {
    const wide = await createLicense(em, 'system', { name: 'Wide', vendor: null, seatsTotal: 100 });
    const narrow = await createLicense(em, 'system', { name: 'Narrow', vendor: null, seatsTotal: 100 });
    for (let number = 10; number < 62; number++) {
      const email = `seat${number}-${wide}@x.example`;
      const userId = await createUser(em, 'system', { name: `Seated ${number}`, email });
      await assignSeat(em, 'system', wide, userId);
      if (number === 10) await assignSeat(em, 'system', narrow, userId);
    }
    await ivo.get(`/licenses/${narrow}`);
    const one = await statementsOf(() => ivo.get(`/licenses/${narrow}`));
    const fifty = await statementsOf(async () => {
      const { text } = await ivo.get(`/licenses/${wide}`);
      expect(text.split('<tr id="seat-')).toHaveLength(51);
      expect(text).toContain('52 seats');
      expect(text).toContain(`href="/licenses/${wide}?page=2"`);
    });
    expect(fifty).toHaveLength(one.length);

    const found = await ivo.get(`/licenses/${wide}?q=seated+33`);
    expect(found.text.split('<tr id="seat-')).toHaveLength(2);
    expect((await ivo.get(`/licenses/${wide}?page=9`)).text).toContain("There's no page 9");
  });

  test('is not for employees', async () => {
    const emil = await web.signIn(cast.emil.email);
    expect((await emil.get('/licenses')).status).toBe(403);
    const answer = await emil.post(`/licenses/${cast.license.id}/seats`, { userId: String(cast.emil.id) });
    expect(answer.status).toBe(403);
    expect(await usedOf(cast.license.id)).toBe(1);
  });
});

describe('assigning a seat', () => {
  test('leads to the license, which shows the user among its seats', async () => {
    const { license, emil } = cast;
    expect((await ivo.get(`/licenses/${license.id}?person=${emil.externalId}`)).text).toContain(
      `name="userId" value="${emil.id}"`,
    );
    const answer = await ivo.post(`/licenses/${license.id}/seats`, { userId: String(emil.id) });
    expect([answer.status, answer.location]).toEqual([303, `/licenses/${license.id}`]);
    const { text } = await ivo.get(answer.location!);
    expect(messagesOn(text)).toBe(`success: Seat assigned to ${emil.name}.`);
    expect(text).toContain('2 of 3 used');
    expect(text).toContain(`Revoke ${emil.name}'s seat`);
  });

  test('by htmx responds with the updated license, and clears the search', async () => {
    const { license, emil } = cast;
    const fields = { userId: String(emil.id), person: 'emil' };
    const answer = await ivo.postByHtmx(`/licenses/${license.id}/seats`, 'div#license', fields);
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(/^\s*<div id="license"/);
    expect(answer.text).toContain('2 of 3 used');
    expect(answer.text).not.toContain('name="userId"');
  });

  test('is refused in words to a user who has one, and when none is free', async () => {
    const { license, lena, emil, rosa, timo } = cast;
    const assign = ({ id }: { id: number }) =>
      ivo.post(`/licenses/${license.id}/seats`, { userId: String(id), person: 'typed' });
    const again = await assign(lena);
    expect(again.status).toBe(409);
    expect(messagesOn(again.text)).toBe(`danger: ${lena.name} already has a seat for ${license.name}.`);
    expect(again.text).toContain('value="typed"');

    await assign(emil);
    await assign(rosa);
    const none = await assign(timo);
    expect(none.status).toBe(409);
    expect(messagesOn(none.text)).toBe(`danger: ${license.name} has no free seats.`);
    expect(none.text).toContain('3 of 3 used');
  });

  test('is refused to an offboarded user', async () => {
    const { license, emil } = cast;
    await updateUser(em, 'system', emil.id, { status: 'offboarded' });
    const answer = await ivo.post(`/licenses/${license.id}/seats`, { userId: String(emil.id) });
    expect(answer.status).toBe(409);
    expect(messagesOn(answer.text)).toContain("is offboarded and can't get new items.");
  });

  test('without a user comes back with a message beside the search', async () => {
    const answer = await ivo.post(`/licenses/${cast.license.id}/seats`, { userId: '' });
    expect(answer.status).toBe(422);
    expect(messageBeside(answer.text, 'person')).toBe('Choose a person: search by name, email or ID.');
  });
});

describe('revoking a seat on the page of its license', () => {
  test('of a user who stays happens at once, and returns to the license', async () => {
    const { license, emil } = cast;
    const seatId = await assignSeat(em, 'system', license.id, emil.id);
    const fields = { from: 'license', token: randomUUID() };
    const answer = await ivo.post(`/seats/${seatId}/revocation`, fields);
    expect([answer.status, answer.location]).toEqual([303, `/licenses/${license.id}`]);
    const { text } = await ivo.get(answer.location!);
    expect(messagesOn(text)).toBe(`success: ${cast.license.name} revoked. The seat is free.`);
    expect(text).toContain('1 of 3 used');
  });

  test('of a leaver goes through their workflow', async () => {
    const { license, lena, ivo: admin } = cast;
    const token = randomUUID();
    const answer = await ivo.post(`/seats/${cast.seatId}/revocation`, { from: 'license', token });
    expect([answer.status, answer.location]).toEqual([303, `/licenses/${license.id}`]);
    expect((await seatOf(lena.id)).revokedAt).toBeInstanceOf(Date);
    expect(await usedOf(license.id)).toBe(0);

    const { events } = await engine.handleOf(cast.offboardingId).fetchHistory();
    const accepted = events!.find((event) => event.workflowExecutionUpdateAcceptedEventAttributes);
    const input = accepted!.workflowExecutionUpdateAcceptedEventAttributes!.acceptedRequest!;
    expect(input.meta!.updateId).toBe(token);
    expect(JSON.parse(Buffer.from(input.input!.args!.payloads![0]!.data!).toString())).toMatchObject({
      seatId: cast.seatId,
      actor: `user:${admin.id}`,
    });
  });

  test('by htmx updates row, counts and message together', async () => {
    const { license, emil } = cast;
    const seatId = await assignSeat(em, 'system', license.id, emil.id);
    const fields = { from: 'license', token: randomUUID() };
    const answer = await ivo.postByHtmx(`/seats/${seatId}/revocation`, `tr#seat-${seatId}`, fields);
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(new RegExp(`^<tr id="seat-${seatId}"`));
    expect(answer.text).toMatch(/<hx-partial hx-target="#license-numbers"[\s\S]*1 of 3 used/);
    expect(messagesOn(answer.text)).toBe(`success: ${cast.license.name} revoked. The seat is free.`);
  });

  test('twice says that it was revoked already', async () => {
    const { license, emil } = cast;
    const seatId = await assignSeat(em, 'system', license.id, emil.id);
    await ivo.post(`/seats/${seatId}/revocation`, { from: 'license' });
    const answer = await ivo.post(`/seats/${seatId}/revocation`, { from: 'license' });
    expect(answer.location).toBe(`/licenses/${license.id}`);
    expect(messagesOn((await ivo.get(answer.location!)).text)).toBe('info: This seat was already revoked.');
    expect(await usedOf(license.id)).toBe(1);
  });

  test('of a leaver without Temporal redirects to the page that shows the result', async () => {
    const away = await startWeb(own, { TEMPORAL_ADDRESS: '127.0.0.1:1' }, { deadlineMs: 450 });
    const browser = await away.signIn(cast.ivo.email);
    const fields = { from: 'license', token: randomUUID() };
    const begun = Date.now();
    const answer = await browser.postByHtmx(
      `/seats/${cast.seatId}/revocation`,
      `tr#seat-${cast.seatId}`,
      fields,
    );
    expect(Date.now() - begun).toBeLessThan(4_000);
    expect(answer.status).toBe(202);
    expect(answer.headers.get('HX-Redirect')).toBe(
      `/offboarding/${cast.lena.id}/answer?token=${fields.token}&seat=${cast.seatId}`,
    );
    expect((await seatOf(cast.lena.id)).revokedAt ?? null).toBeNull();
  });
});
