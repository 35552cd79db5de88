import { beforeEach, describe, expect, test } from 'vitest';
import { assetById } from '../../database/assets.ts';
import { assignAsset } from '../../database/assignments.ts';
import { Request } from '../../database/entities/index.ts';
import { approveRequest, createRequest, requestById, resolveRequest } from '../../database/requests.ts';
import { updateUser } from '../../database/users.ts';
import { type Cast, makeCast } from '../support/cast.ts';
import { ownDatabase } from '../support/database.ts';
import { said, saidBeside } from '../support/said.ts';
import { statementsOf } from '../support/statements.ts';
import { type Browserlike, startWeb } from '../support/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
let cast: Cast;
let ivo: Browserlike;

beforeEach(async () => {
  cast = await makeCast(own.database);
  ivo = await web.signIn(cast.ivo.email);
});

const wish = (item = 'Headset') => createRequest(em, 'system', cast.emil.id, { item, reason: null });
const statusOf = async (requestId: number) => (await requestById(em, requestId)).status;
const resolve = (requestId: number, fields: Record<string, string>) =>
  ivo.post(`/requests/${requestId}/resolution`, fields);
/** The outcomes a form offers, in their order. */
const offered = (html: string) =>
  [...html.matchAll(/name="outcome" value="(\w+)"/g)].map((match) => match[1]);

describe('the list of requests', () => {
  test('shows what is open, or what the address asks for', async () => {
    const open = await wish('Standing desk');
    const closed = await wish('Beanbag');
    await resolveRequest(em, 'system', closed, { outcome: 'rejected', note: null, assetId: null });

    const { text } = await ivo.get('/requests');
    expect(text).toContain(`href="/requests/${open}"`);
    expect(text).not.toContain(`href="/requests/${closed}"`);
    expect((await ivo.get('/requests?status=rejected')).text).toContain(`href="/requests/${closed}"`);
    expect((await ivo.get('/requests?status=all')).text).toContain('Beanbag');
    expect((await ivo.get('/requests?status=nonsense')).text).not.toContain('Beanbag');
    expect((await ivo.get('/requests?page=80')).text).toContain('There is no page 80');
  });

  test('marks the wishes of people who leave', async () => {
    expect((await ivo.get('/requests')).text).toContain('>Leaving<');
  });

  test('takes as many statements for many rows as for none', async () => {
    for (let number = 0; number < 10; number++) await wish();
    await ivo.get('/requests');
    const none = await statementsOf(() => ivo.get('/requests?status=cancelled'));
    const many = await statementsOf(() => ivo.get('/requests'));
    expect(many).toHaveLength(none.length);
  });

  test('is not for employees', async () => {
    const emil = await web.signIn(cast.emil.email);
    expect((await emil.get('/requests')).status).toBe(403);
    expect((await emil.get(`/requests/${cast.requestId}`)).status).toBe(403);
    const answer = await emil.post(`/requests/${cast.requestId}/resolution`, { outcome: 'cancelled' });
    expect(answer.status).toBe(403);
    expect(await statusOf(cast.requestId)).toBe('pending');
  });
});

describe('a new request', () => {
  test('is made for a person who is found first', async () => {
    const found = await ivo.get(`/requests/new?person=${cast.emil.email}`);
    expect(found.text).toContain(`href="/requests/new?userId=${cast.emil.id}"`);
    expect((await ivo.get(`/requests/new?userId=${cast.emil.id}`)).text).toContain(cast.emil.name);

    const answer = await ivo.post('/requests', {
      userId: String(cast.emil.id),
      item: 'Dock',
      reason: 'Ports',
    });
    expect(answer.status).toBe(303);
    const { text } = await ivo.get(answer.location!);
    expect(said(text)).toBe('success: The request has been made.');
    expect(text).toContain('Ports');
  });

  test('without an item, or for nobody, comes back with the message beside the field', async () => {
    const noItem = await ivo.post('/requests', { userId: String(cast.emil.id), item: '', reason: 'Typed' });
    expect(noItem.status).toBe(422);
    expect(saidBeside(noItem.text, 'item')).toBe('Please fill this in.');
    expect(noItem.text).toContain('Typed');

    const nobody = await ivo.post('/requests', { userId: '', item: 'Dock' });
    expect(nobody.status).toBe(422);
    expect(saidBeside(nobody.text, 'person')).toBe('Choose a person: find them by name, e-mail or id.');
    expect((await ivo.post('/requests', { userId: '999999', item: 'Dock' })).status).toBe(404);
  });

  test('is refused in words for somebody suspended', async () => {
    await updateUser(em, 'system', cast.emil.id, { status: 'suspended' });
    const answer = await ivo.post('/requests', { userId: String(cast.emil.id), item: 'Dock', reason: '' });
    expect(answer.status).toBe(409);
    expect(said(answer.text)).toBe(
      `danger: ${cast.emil.name} is suspended and cannot be given anything new.`,
    );
    expect(answer.text).toContain('value="Dock"');
    expect(await em.fork().count(Request, { userId: cast.emil.id })).toBe(0);
  });
});

describe('approving', () => {
  test('says so once, and leaves it open', async () => {
    const id = await wish();
    const answer = await ivo.post(`/requests/${id}/approval`);
    expect([answer.status, answer.location]).toEqual([303, `/requests/${id}`]);
    const { text } = await ivo.get(answer.location!);
    expect(said(text)).toBe('success: The request has been approved.');
    expect(text).not.toContain('/approval"');
    expect(offered(text)).toEqual(['fulfilled', 'rejected', 'cancelled']);

    const again = await ivo.post(`/requests/${id}/approval`);
    expect(said((await ivo.get(again.location!)).text)).toBe('info: This request was approved already.');
  });

  test('by htmx answers with the request as it is now', async () => {
    const answer = await ivo.postByHtmx(`/requests/${await wish()}/approval`, 'div#request');
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(/^\s*<div id="request"/);
    expect(answer.text).toContain('>Approved<');
  });

  test('what has been closed says what became of it', async () => {
    const id = await wish();
    await resolve(id, { outcome: 'cancelled' });
    const answer = await ivo.post(`/requests/${id}/approval`);
    expect(said((await ivo.get(answer.location!)).text)).toBe(
      'info: This request had already been cancelled. Nothing was changed.',
    );
  });
});

describe('resolving', () => {
  test.each(['fulfilled', 'rejected', 'cancelled'])('as %s closes the request', async (outcome) => {
    const id = await wish();
    const answer = await resolve(id, { outcome, note: 'Told them' });
    expect([answer.status, answer.location]).toEqual([303, `/requests/${id}`]);
    const { text } = await ivo.get(answer.location!);
    expect(said(text)).toBe(`success: The request has been ${outcome}.`);
    expect(text).toContain('Told them');
    expect(offered(text)).toEqual([]);
  });

  test('twice says what became of it', async () => {
    const id = await wish();
    await resolve(id, { outcome: 'rejected' });
    const answer = await resolve(id, { outcome: 'fulfilled' });
    expect(said((await ivo.get(answer.location!)).text)).toBe(
      'info: This request had already been rejected. Nothing was changed.',
    );
    expect(await statusOf(id)).toBe('rejected');
  });

  test('offers what is in stock, found without scripts', async () => {
    const id = await wish();
    const { text } = await ivo.get(`/requests/${id}?asset=${cast.spare.tag}`);
    expect(text).toContain(`name="assetId" value="${cast.spare.id}"`);
    expect(text).not.toContain(`name="assetId" value="${cast.laptop.id}"`);
    expect((await ivo.get(`/requests/${id}?asset=${cast.laptop.tag}`)).text).toContain(
      'Nothing in stock matches',
    );
  });

  test('with an asset hands it out', async () => {
    const id = await wish();
    const answer = await resolve(id, { outcome: 'fulfilled', assetId: String(cast.spare.id) });
    expect(said((await ivo.get(answer.location!)).text)).toBe(
      'success: The request has been fulfilled. The asset has been handed out and counts as hardware.',
    );
    expect((await assetById(em, cast.spare.id)).holder).toMatchObject({ userId: cast.emil.id });
  });

  test('with an asset that is gone meanwhile is refused, keeps the note and leaves the request open', async () => {
    const id = await wish();
    await assignAsset(em, 'system', cast.spare.id, cast.rosa.id);
    const fields = { outcome: 'fulfilled', assetId: String(cast.spare.id), note: 'As promised' };
    const answer = await resolve(id, fields);
    expect(answer.status).toBe(409);
    expect(said(answer.text)).toBe(`danger: ${cast.rosa.name} holds ${cast.spare.tag}. Recover it first.`);
    expect(answer.text).toContain('As promised');
    expect(await statusOf(id)).toBe('pending');
  });

  test('with an asset and another outcome comes back with the message, the search and the choice', async () => {
    const id = await wish();
    const fields = { outcome: 'rejected', assetId: String(cast.spare.id), asset: cast.spare.tag };
    const answer = await resolve(id, fields);
    expect(answer.status).toBe(422);
    expect(saidBeside(answer.text, 'assetId')).toBe('Only a fulfilled request hands out an asset.');
    expect(answer.text).toContain(`value="${cast.spare.id}" checked`);
    expect(await statusOf(id)).toBe('pending');
  });

  test('without an outcome, or with one of its own, says so', async () => {
    const id = await wish();
    for (const outcome of ['', 'pending', 'forgotten']) {
      const answer = await resolve(id, { outcome, note: 'Typed' });
      expect(answer.status).toBe(422);
      expect(answer.text).toContain('Choose how it ends: fulfilled, rejected or cancelled.');
      expect(answer.text).toContain('Typed');
    }
    expect((await resolve(id, { outcome: 'fulfilled', assetId: 'any' })).status).toBe(422);
    expect((await resolve(id, { outcome: 'fulfilled', assetId: '999999' })).status).toBe(404);
    expect((await resolve(999_999, { outcome: 'fulfilled' })).status).toBe(404);
    expect(await statusOf(id)).toBe('pending');
  });

  test('offers no asset to somebody suspended, who can still be told no', async () => {
    const id = await wish();
    await updateUser(em, 'system', cast.emil.id, { status: 'suspended' });
    const { text } = await ivo.get(`/requests/${id}`);
    expect(text).not.toContain('name="assetId"');
    expect(text).toContain('cannot be given anything new');
    expect((await resolve(id, { outcome: 'rejected' })).status).toBe(303);
  });
});

describe('resolving from a checklist', () => {
  test('puts reject and cancel first, and warns of handing out an asset', async () => {
    const checklist = await ivo.get(`/offboarding/${cast.lena.id}`);
    expect(offered(checklist.text)).toEqual(['rejected', 'cancelled', 'fulfilled']);
    expect(checklist.text).toContain('An asset handed out now counts as hardware to recover.');
    expect(checklist.text).toContain(`href="/requests/${cast.requestId}?from=offboarding#resolution"`);

    const { text } = await ivo.get(`/requests/${cast.requestId}?from=offboarding`);
    expect(offered(text)).toEqual(['rejected', 'cancelled', 'fulfilled']);
    expect(said(text)).toMatch(/^warning: Lena Brandt is leaving: the last day is/);
    expect(text).toContain('name="from" value="offboarding"');
  });

  test('leads back there with a message', async () => {
    const answer = await resolve(cast.requestId, { outcome: 'rejected', note: '', from: 'offboarding' });
    expect([answer.status, answer.location]).toEqual([303, `/offboarding/${cast.lena.id}`]);
    const { text } = await ivo.get(answer.location!);
    expect(said(text)).toBe('success: The request has been rejected.');
    expect(text).toContain('All requests have been closed.');
  });

  test('in place by htmx answers with the checklist, where list, count and card changed', async () => {
    const fields = { outcome: 'cancelled', note: '', from: 'offboarding' };
    const answer = await ivo.postByHtmx(`/requests/${cast.requestId}/resolution`, 'div#checklist', fields);
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(/^\s*<div id="checklist"/);
    expect(answer.text).toContain('All requests have been closed.');
    expect(answer.text).toContain('Still open: 1 hardware, 1 software, 0 requests.');
  });

  test('with an asset counts it as hardware', async () => {
    const fields = { outcome: 'fulfilled', assetId: String(cast.spare.id), from: 'offboarding' };
    const { location } = await resolve(cast.requestId, fields);
    expect((await ivo.get(location!)).text).toContain('Still open: 2 hardware, 1 software, 0 requests.');
  });

  test('what is wrong is said on the checklist by htmx, and on the request’s page without', async () => {
    const fields = { outcome: 'rejected', note: 'x'.repeat(2001), from: 'offboarding' };
    const inPlace = await ivo.postByHtmx(`/requests/${cast.requestId}/resolution`, 'div#checklist', fields);
    expect(inPlace.status).toBe(422);
    expect(inPlace.text).toMatch(/^\s*<div id="checklist"/);
    expect(said(inPlace.text)).toBe('danger: At most 2000 characters, please.');

    const page = await resolve(cast.requestId, fields);
    expect(page.status).toBe(422);
    expect(saidBeside(page.text, `note-${cast.requestId}`)).toBe('At most 2000 characters, please.');
    expect(page.text).toContain('name="from" value="offboarding"');
    expect(await statusOf(cast.requestId)).toBe('pending');
  });

  test('approving keeps the way back', async () => {
    const answer = await ivo.post(`/requests/${cast.requestId}/approval`, { from: 'offboarding' });
    expect(answer.location).toBe(`/requests/${cast.requestId}?from=offboarding`);
    await approveRequest(em, 'system', cast.requestId);
    expect(await statusOf(cast.requestId)).toBe('approved');
  });
});
