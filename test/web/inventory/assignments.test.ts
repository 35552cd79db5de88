import { beforeEach, describe, expect, test } from 'vitest';
import { Assignment } from '../../../database/entities/index.ts';
import { assetById } from '../../../database/inventory/assets.ts';
import { assignAsset, recoverAsset } from '../../../database/inventory/assignments.ts';
import { updateUser } from '../../../database/people/users.ts';
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

const holderOf = async (assetId: number) => (await assetById(em, assetId)).holder?.userId ?? null;
const good = { condition: 'good', nextStatus: 'in_stock', note: '' };

describe('assigning', () => {
  test('finds the user by name, email or id without scripts, with a button for each', async () => {
    const { spare, emil } = cast;
    for (const text of [emil.name, emil.email, emil.externalId, String(emil.id)]) {
      const { text: html } = await ivo.get(`/assets/${spare.id}?person=${encodeURIComponent(text)}`);
      expect(html).toContain(`action="/assets/${spare.id}/assignment"`);
      expect(html).toContain(`name="userId" value="${emil.id}"`);
    }
    expect((await ivo.get(`/assets/${spare.id}?person=nobody+at+all`)).text).toContain('No one matches');
  });

  test('lists users who may not receive assets without a button', async () => {
    await updateUser(em, 'system', cast.emil.id, { status: 'suspended' });
    const { text } = await ivo.get(`/assets/${cast.spare.id}?person=${cast.emil.email}`);
    expect(text).toContain(cast.emil.name);
    expect(text).not.toContain('name="userId"');
    expect(text).toContain("can't get new items");
  });

  test('leads to the asset, which shows its new holder', async () => {
    const { spare, emil } = cast;
    const answer = await ivo.post(`/assets/${spare.id}/assignment`, { userId: String(emil.id) });
    expect([answer.status, answer.location]).toEqual([303, `/assets/${spare.id}`]);
    const { text } = await ivo.get(answer.location!);
    expect(messagesOn(text)).toBe(`success: ${spare.tag} assigned to ${emil.name}.`);
    expect(text).toContain('id="recovery"');
  });

  test('by htmx responds with the updated asset', async () => {
    const { spare, emil } = cast;
    const fields = { userId: String(emil.id), person: emil.email };
    const answer = await ivo.postByHtmx(`/assets/${spare.id}/assignment`, 'div#asset', fields);
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(/^\s*<div id="asset"/);
    expect(answer.text).toContain('id="recovery"');
    expect(answer.text).not.toContain('<html');
  });

  test('of an asset with a holder is refused, names the holder and shows the asset', async () => {
    const { laptop, lena, emil } = cast;
    const answer = await ivo.post(`/assets/${laptop.id}/assignment`, { userId: String(emil.id) });
    expect(answer.status).toBe(409);
    expect(messagesOn(answer.text)).toBe(
      `danger: ${laptop.tag} is assigned to ${lena.name}. Recover it first.`,
    );
    expect(answer.text).toContain('id="recovery"');
    expect(await holderOf(laptop.id)).toBe(lena.id);
  });

  test.each([
    ['suspended', 'is suspended'],
    ['offboarded', 'is offboarded'],
  ] as const)('to a user who is %s is refused in words', async (status, words) => {
    const { spare, emil } = cast;
    await updateUser(em, 'system', emil.id, { status });
    const answer = await ivo.post(`/assets/${spare.id}/assignment`, { userId: String(emil.id) });
    expect(answer.status).toBe(409);
    expect(messagesOn(answer.text)).toBe(`danger: ${emil.name} ${words} and can't get new items.`);
    expect(await holderOf(spare.id)).toBeNull();
  });

  test('without a valid user comes back with a message beside the search', async () => {
    const { spare } = cast;
    for (const userId of ['', 'emil', '-1', '1.5']) {
      const answer = await ivo.post(`/assets/${spare.id}/assignment`, { userId, person: 'Typed' });
      expect(answer.status).toBe(422);
      expect(messageBeside(answer.text, 'person')).toBe('Choose a person: search by name, email or ID.');
      expect(answer.text).toContain('value="Typed"');
    }
    expect((await ivo.post(`/assets/${spare.id}/assignment`, { userId: '999999' })).status).toBe(404);
    expect((await ivo.post('/assets/999999/assignment', { userId: '1' })).status).toBe(404);
  });

  test('by two admins at the same time succeeds once, and the other sees the holder', async () => {
    const { spare, emil, rosa } = cast;
    const nora = await web.signIn(cast.nora.email);
    const answers = await Promise.all([
      ivo.post(`/assets/${spare.id}/assignment`, { userId: String(emil.id) }),
      nora.post(`/assets/${spare.id}/assignment`, { userId: String(rosa.id) }),
    ]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([303, 409]);
    const loser = answers.find((answer) => answer.status === 409)!;
    const winner = (await assetById(em, spare.id)).holder!;
    expect(messagesOn(loser.text)).toBe(
      `danger: ${spare.tag} is assigned to ${winner.name}. Recover it first.`,
    );
  });

  test('is offered only for assets in stock', async () => {
    await recoverAsset(em, 'system', cast.laptop.id, {
      condition: 'good',
      nextStatus: 'in_repair',
      note: null,
    });
    const { text } = await ivo.get(`/assets/${cast.laptop.id}`);
    expect(text).not.toContain('id="person"');
    expect(text).toContain('This asset is in repair. To assign it,');
  });
});

describe('recovering', () => {
  test('returns to the asset', async () => {
    const { laptop, lena } = cast;
    const answer = await ivo.post(`/assets/${laptop.id}/recovery`, good);
    expect([answer.status, answer.location]).toEqual([303, `/assets/${laptop.id}`]);
    const { text } = await ivo.get(answer.location!);
    expect(messagesOn(text)).toBe(`success: ${laptop.tag} recovered from ${lena.name}.`);
    expect(text).toContain('returned in good condition');
  });

  test('from a checklist keeps the return link, and returns there with a message', async () => {
    const { laptop, lena } = cast;
    const page = await ivo.get(`/assets/${laptop.id}?from=offboarding`);
    expect(page.text).toContain('name="from" value="offboarding"');
    expect(page.text).toContain(`name="assignmentId" value="${laptop.assignmentId}"`);

    const answer = await ivo.post(`/assets/${laptop.id}/recovery`, { ...good, from: 'offboarding' });
    expect([answer.status, answer.location]).toEqual([303, `/offboarding/${lena.id}`]);
    const { text } = await ivo.get(answer.location!);
    expect(messagesOn(text)).toBe(`success: ${laptop.tag} recovered from ${lena.name}.`);
    expect(text).toContain('All hardware has been recovered.');
  });

  test('returns to the checklist when only the address says so', async () => {
    const answer = await ivo.post(`/assets/${cast.laptop.id}/recovery?from=offboarding`, good);
    expect(answer.location).toBe(`/offboarding/${cast.lena.id}`);
  });

  test('by htmx redirects to the checklist instead of swapping it in', async () => {
    const fields = { ...good, from: 'offboarding' };
    const answer = await ivo.postByHtmx(`/assets/${cast.laptop.id}/recovery`, 'div#asset', fields);
    expect(answer.headers.get('HX-Redirect')).toBe(`/offboarding/${cast.lena.id}`);
  });

  test('an asset twice says so, changes nothing and shows the current state', async () => {
    const { laptop, lena } = cast;
    await ivo.post(`/assets/${laptop.id}/recovery`, good);
    const again = { condition: 'broken', nextStatus: 'retired', note: '' };
    const answer = await ivo.post(`/assets/${laptop.id}/recovery`, { ...again, from: 'offboarding' });
    expect([answer.status, answer.location]).toEqual([303, `/offboarding/${lena.id}`]);
    const { text } = await ivo.get(answer.location!);
    expect(messagesOn(text)).toBe(`info: ${laptop.tag} was already recovered.`);
    expect((await assetById(em, laptop.id)).status).toBe('in_stock');
  });

  test('from an old page does not take the asset from its next holder', async () => {
    const { laptop, emil } = cast;
    await ivo.post(`/assets/${laptop.id}/recovery`, good);
    await assignAsset(em, 'system', laptop.id, emil.id);
    const old = { ...good, assignmentId: String(laptop.assignmentId) };
    const answer = await ivo.post(`/assets/${laptop.id}/recovery`, old);
    expect(messagesOn((await ivo.get(answer.location!)).text)).toMatch(/^info: .*already recovered/);
    expect(await holderOf(laptop.id)).toBe(emil.id);
  });

  test('with an assignment of another asset is refused, and shows the holder', async () => {
    const { laptop, lena } = cast;
    const answer = await ivo.post(`/assets/${laptop.id}/recovery`, { ...good, assignmentId: '999999' });
    expect(answer.status).toBe(409);
    expect(messagesOn(answer.text)).toBe(
      `danger: That assignment isn't in ${laptop.tag}'s history. Reload the page and try again.`,
    );
    expect(answer.text).toContain(lena.name);
    expect(await holderOf(laptop.id)).toBe(lena.id);
  });

  test('an asset without a holder says so', async () => {
    const answer = await ivo.post(`/assets/${cast.spare.id}/recovery`, { ...good, from: 'offboarding' });
    expect(answer.location).toBe(`/assets/${cast.spare.id}`);
    expect(messagesOn((await ivo.get(answer.location!)).text)).toBe(
      `info: ${cast.spare.tag} had no holder, so there is nothing to recover.`,
    );
  });

  test('as lost needs a note, and keeps the input', async () => {
    const lost = { condition: '', nextStatus: 'lost', note: '', from: 'offboarding' };
    const answer = await ivo.post(`/assets/${cast.laptop.id}/recovery`, lost);
    expect(answer.status).toBe(422);
    expect(messageBeside(answer.text, 'note')).toBe('Say what happened. A lost asset needs a note.');
    expect(answer.text).toContain('value="lost" checked');
    expect(answer.text).toContain('name="from" value="offboarding"');
    expect(await holderOf(cast.laptop.id)).toBe(cast.lena.id);

    const reported = await ivo.post(`/assets/${cast.laptop.id}/recovery`, {
      ...lost,
      note: 'Stolen in Porto',
    });
    expect(reported.status).toBe(303);
    expect(await assetById(em, cast.laptop.id)).toMatchObject({ status: 'lost', holder: null });
  });

  test.each([
    ['no condition', { condition: '' }, 'condition', 'Choose a return condition.'],
    ['no such condition', { condition: 'shiny' }, 'condition', expect.stringContaining('good, worn')],
    ['no next status', { nextStatus: '' }, 'nextStatus', 'Choose a next status.'],
    ['a next status of its own', { nextStatus: 'assigned' }, 'nextStatus', 'Choose a next status.'],
    ['too long a note', { note: 'x'.repeat(2001) }, 'note', 'At most 2000 characters.'],
  ])('with %s comes back with the message beside the field', async (_case, more, field, message) => {
    const answer = await ivo.post(`/assets/${cast.laptop.id}/recovery`, { ...good, ...more });
    expect(answer.status).toBe(422);
    expect(messageBeside(answer.text, field)).toEqual(message);
    expect(await holderOf(cast.laptop.id)).toBe(cast.lena.id);
  });

  test('works for an assignment that another system wrote without the status', async () => {
    const { spare, emil } = cast;
    const fork = em.fork();
    fork.create(Assignment, { assetId: spare.id, userId: emil.id });
    await fork.flush();
    const page = await ivo.get(`/assets/${spare.id}`);
    expect(page.text).toContain('id="recovery"');
    expect(page.text).toContain(emil.name);
    await ivo.post(`/assets/${spare.id}/recovery`, good);
    expect(await assetById(em, spare.id)).toMatchObject({ status: 'in_stock', holder: null });
  });

  test.each([
    ['keeps the location when the form leaves it out', {}, 'Lisbon'],
    ['clears the location when it is empty', { location: '' }, null],
    ['stores a new location', { location: ' Shelf 3 ' }, 'Shelf 3'],
    [
      'keeps the location that the form was loaded with',
      { location: 'Old', loaded: '{"location":"Old"}' },
      'Lisbon',
    ],
  ])('%s', async (_what, more, location) => {
    const { laptop } = cast;
    expect((await ivo.get(`/assets/${laptop.id}`)).text).toMatch(/name="location"[^>]*value="Lisbon"/);
    expect((await ivo.post(`/assets/${laptop.id}/recovery`, { ...good, ...more })).status).toBe(303);
    expect(await assetById(em, laptop.id)).toMatchObject({ location, holder: null });
  });

  test('is not for employees, and an unknown asset is a 404', async () => {
    const lena = await web.signIn(cast.lena.email);
    expect((await lena.post(`/assets/${cast.laptop.id}/recovery`, good)).status).toBe(403);
    expect(await holderOf(cast.laptop.id)).toBe(cast.lena.id);
    expect((await ivo.post('/assets/999999/recovery', good)).status).toBe(404);
  });
});
