import { describe, expect } from 'vitest';
import { messagesOn } from '../../../testing/web/page-messages.ts';
import { offered, requestTests } from './setup.ts';

const { test } = await requestTests();

describe('approving', () => {
  test('says so once, and leaves the request open', async ({ ivo, makeRequest }) => {
    const id = await makeRequest();
    const answer = await ivo.post(`/requests/${id}/approval`);
    expect([answer.status, answer.location]).toEqual([303, `/requests/${id}`]);
    const { text } = await ivo.get(answer.location!);
    expect(messagesOn(text)).toBe('success: Request for Headset approved.');
    expect(text).not.toContain('/approval"');
    expect(offered(text)).toEqual(['fulfilled', 'rejected', 'cancelled']);

    const again = await ivo.post(`/requests/${id}/approval`);
    expect(messagesOn((await ivo.get(again.location!)).text)).toBe(
      'info: This request was already approved.',
    );
  });

  test('by htmx responds with the updated request', async ({ ivo, makeRequest }) => {
    const answer = await ivo.postByHtmx(`/requests/${await makeRequest()}/approval`, 'div#request');
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(/^\s*<div id="request"/);
    expect(answer.text).toContain('>Approved<');
  });

  test('a closed request says how it was closed', async ({ ivo, makeRequest, resolve }) => {
    const id = await makeRequest();
    await resolve(id, { outcome: 'cancelled' });
    const answer = await ivo.post(`/requests/${id}/approval`);
    expect(messagesOn((await ivo.get(answer.location!)).text)).toBe(
      'info: This request was already cancelled.',
    );
  });
});
