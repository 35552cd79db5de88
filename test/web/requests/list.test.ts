import { describe, expect } from 'vitest';
import { resolveRequest } from '../../../database/inventory/requests.ts';
import { statementsOf } from '../../../testing/cast/statements.ts';
import { requestTests } from './setup.ts';

const { em, statusOf, web, test } = await requestTests();

describe('the list of requests', () => {
  test('shows open requests, or those of the status in its address', async ({ ivo, makeRequest }) => {
    const open = await makeRequest('Standing desk');
    const closed = await makeRequest('Beanbag');
    await resolveRequest(em, 'system', closed, { outcome: 'rejected', note: null, assetId: null });

    const { text } = await ivo.get('/requests');
    expect(text).toContain(`href="/requests/${open}"`);
    expect(text).not.toContain(`href="/requests/${closed}"`);
    expect((await ivo.get('/requests?status=rejected')).text).toContain(`href="/requests/${closed}"`);
    expect((await ivo.get('/requests?status=all')).text).toContain('Beanbag');
    expect((await ivo.get('/requests?status=nonsense')).text).not.toContain('Beanbag');
    expect((await ivo.get('/requests?page=80')).text).toContain("There's no page 80");
  });

  test('marks requests of leavers', async ({ ivo }) => {
    expect((await ivo.get('/requests')).text).toContain('>Leaving<');
  });

  test('needs as many statements for many rows as for none', async ({ ivo, makeRequest }) => {
    for (let number = 0; number < 10; number++) await makeRequest();
    await ivo.get('/requests');
    const none = await statementsOf(() => ivo.get('/requests?status=cancelled'));
    const many = await statementsOf(() => ivo.get('/requests'));
    expect(many).toHaveLength(none.length);
  });

  test('is not for employees', async ({ cast }) => {
    const emil = await web.signIn(cast.emil.email);
    expect((await emil.get('/requests')).status).toBe(403);
    expect((await emil.get(`/requests/${cast.requestId}`)).status).toBe(403);
    const answer = await emil.post(`/requests/${cast.requestId}/resolution`, { outcome: 'cancelled' });
    expect(answer.status).toBe(403);
    expect(await statusOf(cast.requestId)).toBe('pending');
  });
});
