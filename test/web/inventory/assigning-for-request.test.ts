import { beforeEach, describe, expect, test } from 'vitest';
import { assetById } from '../../../database/inventory/assets.ts';
import { requestById } from '../../../database/inventory/request-list.ts';
import { createRequest, resolveRequest } from '../../../database/inventory/requests.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { messageBeside, messagesOn } from '../../../testing/web/page-messages.ts';
import { type Browserlike, startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
let cast: Cast;
let ivo: Browserlike;

beforeEach(async () => {
  cast = await makeCast(own.database);
  ivo = await web.signIn(cast.ivo.email);
});

const assign = (fields: Record<string, string>) =>
  ivo.post(`/assets/${cast.spare.id}/assignment`, { userId: String(cast.lena.id), ...fields });
const statusOf = async (requestId: number) => (await requestById(em, requestId)).status;
const holderOf = async () => (await assetById(em, cast.spare.id)).holder?.userId ?? null;

describe('(R20) the form that assigns an asset', () => {
  test('asks whether it is what the person asked for', async () => {
    const { lena, emil, spare, requestId } = cast;
    const { text } = await ivo.get(`/assets/${spare.id}?person=${lena.email}`);
    expect(text).toContain('They have open requests. Does this asset fulfil one?');
    expect(text).toContain('Second monitor');
    expect(text).toContain(`name="requestId" value="${requestId}" required`);
    expect(text).toContain('name="requestId" value="" required');
    expect((await ivo.get(`/assets/${spare.id}?person=${emil.email}`)).text).not.toContain('Is this it?');
  });

  test('fulfils the chosen request with the asset', async () => {
    const { lena, spare, requestId } = cast;
    const answer = await assign({ requestId: String(requestId) });
    expect([answer.status, answer.location]).toEqual([303, `/assets/${spare.id}`]);
    expect(messagesOn((await ivo.get(answer.location!)).text)).toBe(
      `success: ${spare.tag} assigned to Lena Brandt. The request for Second monitor is fulfilled.`,
    );
    expect([await holderOf(), await statusOf(requestId)]).toEqual([lena.id, 'fulfilled']);
  });

  test.each([[{ requestId: '' }], [{}]])('with %o only assigns', async (fields) => {
    const { lena, spare, requestId } = cast;
    const { location } = await assign(fields);
    expect(messagesOn((await ivo.get(location!)).text)).toBe(
      `success: ${spare.tag} assigned to Lena Brandt.`,
    );
    expect([await holderOf(), await statusOf(requestId)]).toEqual([lena.id, 'pending']);
  });

  test('refuses the request of another person, and a text, beside the search', async () => {
    const { emil, lena, requestId } = cast;
    const others = await createRequest(em, 'system', emil.id, { item: 'Desk', reason: null });
    const wrong = await assign({ requestId: String(others), person: lena.email });
    expect(wrong.status).toBe(422);
    expect(messageBeside(wrong.text, 'person')).toBe("Expected one of Lena Brandt's open requests.");
    const text = await assign({ requestId: 'monitor', person: lena.email });
    expect(messageBeside(text.text, 'person')).toBe('Choose one of their open requests, or none.');
    expect([await holderOf(), await statusOf(others), await statusOf(requestId)]).toEqual([
      null,
      'pending',
      'pending',
    ]);
  });

  test('refuses a request that was closed meanwhile, and assigns nothing', async () => {
    const { requestId } = cast;
    await resolveRequest(em, 'system', requestId, { outcome: 'rejected', note: null, assetId: null });
    const answer = await assign({ requestId: String(requestId) });
    expect([answer.status, messagesOn(answer.text)]).toEqual([
      409,
      'danger: The request for Second monitor is already rejected.',
    ]);
    expect(await holderOf()).toBeNull();
  });

  test('by two admins at the same time fulfils it once', async () => {
    const { requestId, lena } = cast;
    const other = (await makeCast(own.database)).spare;
    const fields = { userId: String(lena.id), requestId: String(requestId) };
    const answers = await Promise.all(
      [cast.spare.id, other.id].map((assetId) => ivo.post(`/assets/${assetId}/assignment`, fields)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 409]);
    expect(await statusOf(requestId)).toBe('fulfilled');
  });
});
