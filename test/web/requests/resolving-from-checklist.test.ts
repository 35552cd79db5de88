import { describe, expect } from 'vitest';
import { approveRequest } from '../../../database/inventory/requests.ts';
import { messageBeside, messagesOn } from '../../../testing/web/page-messages.ts';
import { offered, requestTests } from './setup.ts';

const { em, statusOf, test } = await requestTests();

describe('resolving from a checklist', () => {
  test('offers reject and cancel first, and warns against assigning an asset', async ({ cast, ivo }) => {
    const checklist = await ivo.get(`/offboarding/${cast.lena.id}`);
    expect(offered(checklist.text)).toEqual(['rejected', 'cancelled', 'fulfilled']);
    expect(checklist.text).toContain('An asset assigned now counts as hardware to recover.');
    expect(checklist.text).toContain(`href="/requests/${cast.requestId}?from=offboarding#resolution"`);

    const { text } = await ivo.get(`/requests/${cast.requestId}?from=offboarding`);
    expect(offered(text)).toEqual(['rejected', 'cancelled', 'fulfilled']);
    expect(messagesOn(text)).toMatch(
      /^warning: Lena Brandt is leaving on \d+ \w+ \d+\. Any asset you assign now/,
    );
    expect(text).toContain('name="from" value="offboarding"');
  });

  test('returns there with a message', async ({ cast, ivo, resolve }) => {
    const answer = await resolve(cast.requestId, { outcome: 'rejected', note: '', from: 'offboarding' });
    expect([answer.status, answer.location]).toEqual([303, `/offboarding/${cast.lena.id}`]);
    const { text } = await ivo.get(answer.location!);
    expect(messagesOn(text)).toBe('success: Request for Second monitor rejected.');
    expect(text).toContain('All requests have been closed.');
  });

  test('by htmx responds with the updated checklist', async ({ cast, ivo }) => {
    const fields = { outcome: 'cancelled', note: '', from: 'offboarding' };
    const answer = await ivo.postByHtmx(`/requests/${cast.requestId}/resolution`, 'div#checklist', fields);
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(/^\s*<div id="checklist"/);
    expect(answer.text).toContain('All requests have been closed.');
    expect(answer.text).toContain('Still open: 1 hardware, 1 software, 0 requests.');
  });

  test('with an asset counts it as hardware', async ({ cast, ivo, resolve }) => {
    const fields = { outcome: 'fulfilled', assetId: String(cast.spare.id), from: 'offboarding' };
    const { location } = await resolve(cast.requestId, fields);
    expect((await ivo.get(location!)).text).toContain('Still open: 2 hardware, 1 software, 0 requests.');
  });

  test("shows an error on the checklist with htmx, and on the request's page without", async ({
    cast,
    ivo,
    resolve,
  }) => {
    const fields = { outcome: 'rejected', note: 'x'.repeat(2001), from: 'offboarding' };
    const inPlace = await ivo.postByHtmx(`/requests/${cast.requestId}/resolution`, 'div#checklist', fields);
    expect(inPlace.status).toBe(422);
    expect(inPlace.text).toMatch(/^\s*<div id="checklist"/);
    expect(messagesOn(inPlace.text)).toBe('danger: At most 2000 characters.');

    const page = await resolve(cast.requestId, fields);
    expect(page.status).toBe(422);
    expect(messageBeside(page.text, `note-${cast.requestId}`)).toBe('At most 2000 characters.');
    expect(page.text).toContain('name="from" value="offboarding"');
    expect(await statusOf(cast.requestId)).toBe('pending');
  });

  test('an approval keeps the return link', async ({ cast, ivo }) => {
    const answer = await ivo.post(`/requests/${cast.requestId}/approval`, { from: 'offboarding' });
    expect(answer.location).toBe(`/requests/${cast.requestId}?from=offboarding`);
    await approveRequest(em, 'system', cast.requestId);
    expect(await statusOf(cast.requestId)).toBe('approved');
  });
});
