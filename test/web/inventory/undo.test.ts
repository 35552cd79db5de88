import { beforeEach, describe, expect, test } from 'vitest';
import { assetById } from '../../../database/inventory/assets.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { requestById } from '../../../database/inventory/request-list.ts';
import { createRequest } from '../../../database/inventory/requests.ts';
import { assignSeat, revokeSeat, seatById } from '../../../database/inventory/seats.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist, rejectRequest } from '../../../testing/cast/clearing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { fieldsOf } from '../../../testing/web/form.ts';
import { messagesOn } from '../../../testing/web/page-messages.ts';
import { type Browserlike, startWeb } from '../../../testing/web/web.ts';
import { ageLastEntry } from '../../database/inventory/undoing.ts';

const own = await ownDatabase();
const { database } = own;
const { em } = database;
const web = await startWeb(own);
let cast: Cast;
let ivo: Browserlike;

beforeEach(async () => {
  cast = await makeCast(database);
  ivo = await web.signIn(cast.ivo.email);
});

/** Posts a step and presses Undo on the page that it leads to. Returns the response to that. */
async function undoAfter(path: string, fields: Record<string, string>, action: string) {
  const { location } = await ivo.post(path, fields);
  const { text } = await ivo.get(location!);
  expect(text).toContain('data-undo');
  expect((await ivo.get(location!)).text).not.toContain('data-undo');
  return ivo.post(action, fieldsOf(text, action));
}

const messageAt = async (location: string | null) => messagesOn((await ivo.get(location!)).text);

describe('the message after a step offers Undo as a form', () => {
  test('after an assignment', async () => {
    const { spare, emil } = cast;
    const address = `/assets/${spare.id}`;
    const fields = { userId: String(emil.id) };
    const answer = await undoAfter(`${address}/assignment`, fields, `${address}/assignment/undo`);
    expect([answer.status, answer.location]).toEqual([303, address]);
    expect(await messageAt(address)).toBe(`success: Assignment undone. ${spare.tag} is back in stock.`);
    expect(await assetById(em, spare.id)).toMatchObject({ status: 'in_stock', holder: null });
    expect((await ivo.get(address)).text).toContain('assignment undone');
  });

  test('after a recovery, which leads back to the checklist', async () => {
    const { laptop, lena } = cast;
    const fields = { condition: 'good', nextStatus: 'in_stock', note: '', from: 'offboarding' };
    const address = `/assets/${laptop.id}/recovery`;
    const answer = await undoAfter(address, fields, `${address}/undo`);
    expect([answer.status, answer.location]).toEqual([303, `/offboarding/${lena.id}`]);
    expect(await messageAt(answer.location)).toBe(
      `success: Recovery undone. ${laptop.tag} is assigned to Lena Brandt again.`,
    );
    expect((await assetById(em, laptop.id)).holder?.userId).toBe(lena.id);
  });

  test.each(['rejected', 'cancelled'])('after a request is %s', async (outcome) => {
    const { requestId, lena } = cast;
    const fields = { outcome, note: '', from: 'offboarding' };
    const address = `/requests/${requestId}/resolution`;
    const answer = await undoAfter(address, fields, `${address}/undo`);
    expect([answer.status, answer.location]).toEqual([303, `/offboarding/${lena.id}`]);
    expect(await messageAt(answer.location)).toBe('success: The request for Second monitor is open again.');
    expect((await requestById(em, requestId)).status).toBe('pending');
  });

  test('after a revocation on the page of a license', async () => {
    const { license, emil } = cast;
    const seatId = await assignSeat(em, 'system', license.id, emil.id);
    const address = `/seats/${seatId}/revocation`;
    const answer = await undoAfter(address, { from: 'license' }, `${address}/undo`);
    expect([answer.status, answer.location]).toEqual([303, `/licenses/${license.id}`]);
    expect(await messageAt(answer.location)).toBe(
      `success: Revocation undone. Emil Novák has the ${license.name} seat again.`,
    );
    expect((await seatById(em, seatId)).revokedAt).toBeNull();
  });

  test('also in what htmx swaps in', async () => {
    const { requestId } = cast;
    const path = `/requests/${requestId}/resolution`;
    const fields = { outcome: 'rejected', note: '', from: 'offboarding' };
    const { text } = await ivo.postByHtmx(path, 'div#checklist', fields);
    expect(fieldsOf(text, `${path}/undo`)).toEqual({ from: 'offboarding' });
  });

  test('after a request is fulfilled with an asset, and opens the request again', async () => {
    const { spare, emil } = cast;
    const requestId = await createRequest(em, 'system', emil.id, { item: 'Laptop', reason: null });
    const fields = { outcome: 'fulfilled', note: '', assetId: String(spare.id) };
    const undo = `/assets/${spare.id}/assignment/undo`;
    expect((await undoAfter(`/requests/${requestId}/resolution`, fields, undo)).status).toBe(303);
    expect((await requestById(em, requestId)).status).toBe('pending');
    expect((await assetById(em, spare.id)).holder).toBeNull();
  });

  test('but not after a request is fulfilled without an asset, nor when nothing was changed', async () => {
    const requestId = await createRequest(em, 'system', cast.emil.id, { item: 'Chair', reason: null });
    const path = `/requests/${requestId}/resolution`;
    for (const outcome of ['fulfilled', 'rejected']) {
      const { location } = await ivo.post(path, { outcome, note: '' });
      expect((await ivo.get(location!)).text).not.toContain('data-undo');
    }
  });

  test('with no other address than that of an undo', async () => {
    const undo = { action: '/session/end', fields: {} };
    const notice = Buffer.from(JSON.stringify({ tone: 'success', text: 'Done.', undo })).toString(
      'base64url',
    );
    ivo.cookies.set('lastday-notice', notice);
    const { text } = await ivo.get('/offboarding');
    expect(messagesOn(text)).toBe('success: Done.');
    expect(text).not.toContain('data-undo');
  });
});

describe('an undo that is refused shows the page of the item, which has the correction', () => {
  const late = 'danger: Undo works for 10 seconds. You can still correct it below.';

  test('of a seat: the license', async () => {
    const { seatId, lena, license } = cast;
    await revokeSeat(em, `user:${cast.ivo.id}`, seatId);
    await ageLastEntry(database, lena.id, 'seat.revoked', 16);
    const refused = await ivo.post(`/seats/${seatId}/revocation/undo`, { from: 'offboarding' });
    expect([refused.status, messagesOn(refused.text)]).toEqual([409, late]);
    const correction = `/seats/${seatId}/revocation/correction`;
    const corrected = await ivo.post(correction, fieldsOf(refused.text, correction));
    expect([corrected.status, corrected.location]).toEqual([303, `/licenses/${license.id}`]);
    expect((await ivo.get(corrected.location!)).text).not.toContain(correction);
    await ivo.post(correction);
    expect(await messageAt(corrected.location)).toBe('info: Lena Brandt already has this seat.');
  });

  test('of a request: the request', async () => {
    const { requestId, lena } = cast;
    await rejectRequest(database, cast);
    await ageLastEntry(database, lena.id, 'request.resolved', 16);
    const refused = await ivo.post(`/requests/${requestId}/resolution/undo`);
    expect([refused.status, messagesOn(refused.text)]).toEqual([409, late]);
    const correction = `/requests/${requestId}/resolution/correction`;
    const corrected = await ivo.post(correction, fieldsOf(refused.text, correction));
    expect([corrected.status, corrected.location]).toEqual([303, `/requests/${requestId}`]);
    expect((await ivo.get(`/requests/${requestId}`)).text).not.toContain(correction);
  });

  test('of an assignment: the asset', async () => {
    const { spare, emil } = cast;
    const assignmentId = await assignAsset(em, `user:${cast.ivo.id}`, spare.id, emil.id);
    await ageLastEntry(database, emil.id, 'asset.assigned', 16);
    const fields = { assignmentId: String(assignmentId) };
    const refused = await ivo.post(`/assets/${spare.id}/assignment/undo`, fields);
    expect([refused.status, messagesOn(refused.text)]).toEqual([409, late]);
    const correction = `/assets/${spare.id}/assignment/correction`;
    expect(fieldsOf(refused.text, correction)).toEqual(fields);
    expect((await ivo.post(correction, fields)).status).toBe(303);
    expect(await assetById(em, spare.id)).toMatchObject({ holder: null });
  });

  test('in words, and without a correction, once the person has completed', async () => {
    await clearChecklist(database, cast);
    await completeOffboarding(em, cast.offboardingId, `user:${cast.ivo.id}`);
    for (const path of [`/seats/${cast.seatId}/revocation`, `/requests/${cast.requestId}/resolution`]) {
      for (const how of ['undo', 'correction']) {
        const refused = await ivo.post(`${path}/${how}`);
        expect(refused.status).toBe(409);
        expect(messagesOn(refused.text)).toBe(
          'danger: Lena Brandt is already offboarded. Nothing was changed.',
        );
        expect(refused.text).not.toContain(`${path}/correction`);
      }
    }
  });

  test('and an unknown item is a 404', async () => {
    for (const path of ['/seats/999999/revocation', '/requests/999999/resolution'])
      expect((await ivo.post(`${path}/undo`)).status).toBe(404);
    const fields = { assignmentId: '1' };
    for (const path of ['/assets/999999/assignment', '/assets/999999/recovery'])
      expect((await ivo.post(`${path}/undo`, fields)).status).toBe(404);
  });
});

test('the page of a license finds a revoked seat by its person', async () => {
  const { license, seatId } = cast;
  await revokeSeat(em, 'system', seatId);
  const correction = `/seats/${seatId}/revocation/correction`;
  expect((await ivo.get(`/licenses/${license.id}?q=lena`)).text).toContain(correction);
  expect((await ivo.get(`/licenses/${license.id}?q=emil`)).text).not.toContain(correction);
});
