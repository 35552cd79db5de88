import { describe, expect } from 'vitest';
import { assetById } from '../../../database/inventory/assets.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { updateUser } from '../../../database/people/users.ts';
import { messageBeside, messagesOn } from '../../../testing/web/page-messages.ts';
import { offered, offeredAssets, requestTests } from './setup.ts';

const { em, statusOf, test } = await requestTests();

describe('resolving', () => {
  test.for(['fulfilled', 'rejected', 'cancelled'])(
    'as %s closes the request',
    async (outcome, { ivo, makeRequest, resolve }) => {
      const id = await makeRequest();
      const answer = await resolve(id, { outcome, note: 'Told them' });
      expect([answer.status, answer.location]).toEqual([303, `/requests/${id}`]);
      const { text } = await ivo.get(answer.location!);
      expect(messagesOn(text)).toBe(`success: Request for Headset ${outcome}.`);
      expect(text).toContain('Told them');
      expect(offered(text)).toEqual([]);
    },
  );

  test('twice says how it was resolved', async ({ ivo, makeRequest, resolve }) => {
    const id = await makeRequest();
    await resolve(id, { outcome: 'rejected' });
    const answer = await resolve(id, { outcome: 'fulfilled' });
    expect(messagesOn((await ivo.get(answer.location!)).text)).toBe(
      'info: This request was already rejected.',
    );
    expect(await statusOf(id)).toBe('rejected');
  });

  test('offers assets in stock, searched without scripts', async ({ cast, ivo, makeRequest }) => {
    const id = await makeRequest();
    const { text } = await ivo.get(`/requests/${id}?asset=${cast.spare.tag}`);
    expect(offeredAssets(text)).toContain(cast.spare.id);
    expect(offeredAssets(text)).not.toContain(cast.laptop.id);
    expect((await ivo.get(`/requests/${id}?asset=${cast.laptop.tag}`)).text).toContain(
      'No assets in stock match',
    );
  });

  test('with an asset assigns it', async ({ cast, ivo, makeRequest, resolve }) => {
    const id = await makeRequest();
    const answer = await resolve(id, { outcome: 'fulfilled', assetId: String(cast.spare.id) });
    expect(messagesOn((await ivo.get(answer.location!)).text)).toBe(
      'success: Request for Headset fulfilled. The asset is assigned, and counts as hardware to recover.',
    );
    expect((await assetById(em, cast.spare.id)).holder).toMatchObject({ userId: cast.emil.id });
  });

  test('with an asset that was assigned meanwhile is refused, and keeps note and request', async ({
    cast,
    makeRequest,
    resolve,
  }) => {
    const id = await makeRequest();
    await assignAsset(em, 'system', cast.spare.id, cast.rosa.id);
    const fields = { outcome: 'fulfilled', assetId: String(cast.spare.id), note: 'As promised' };
    const answer = await resolve(id, fields);
    expect(answer.status).toBe(409);
    expect(messagesOn(answer.text)).toBe(
      `danger: ${cast.spare.tag} is assigned to ${cast.rosa.name}. Recover it first.`,
    );
    expect(answer.text).toContain('As promised');
    expect(await statusOf(id)).toBe('pending');
  });

  test('with an asset and another outcome comes back with message, search and choice', async ({
    cast,
    makeRequest,
    resolve,
  }) => {
    const id = await makeRequest();
    const fields = { outcome: 'rejected', assetId: String(cast.spare.id), asset: cast.spare.tag };
    const answer = await resolve(id, fields);
    expect(answer.status).toBe(422);
    expect(messageBeside(answer.text, 'assetId')).toBe('Only a fulfilled request can assign an asset.');
    expect(answer.text).toMatch(new RegExp(`value="${cast.spare.id}"\\s+checked`));
    expect(await statusOf(id)).toBe('pending');
  });

  test('without a valid outcome says so', async ({ makeRequest, resolve }) => {
    const id = await makeRequest();
    for (const outcome of ['', 'pending', 'forgotten']) {
      const answer = await resolve(id, { outcome, note: 'Typed' });
      expect(answer.status).toBe(422);
      expect(answer.text).toContain('Choose an outcome: fulfilled, rejected or cancelled.');
      expect(answer.text).toContain('Typed');
    }
    expect((await resolve(id, { outcome: 'fulfilled', assetId: 'any' })).status).toBe(422);
    expect((await resolve(id, { outcome: 'fulfilled', assetId: '999999' })).status).toBe(404);
    expect((await resolve(999_999, { outcome: 'fulfilled' })).status).toBe(404);
    expect(await statusOf(id)).toBe('pending');
  });

  test('offers no asset to a suspended user, but can reject the request', async ({
    cast,
    ivo,
    makeRequest,
    resolve,
  }) => {
    const id = await makeRequest();
    await updateUser(em, 'system', cast.emil.id, { status: 'suspended' });
    const { text } = await ivo.get(`/requests/${id}`);
    expect(text).not.toContain('name="assetId"');
    expect(text).toContain('is suspended, so no asset can be assigned.');
    expect((await resolve(id, { outcome: 'rejected' })).status).toBe(303);
  });
});
