import { describe, expect } from 'vitest';
import { Assignment } from '../../../database/entities/index.ts';
import { assetById } from '../../../database/inventory/assets.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { consoleTests } from '../../../testing/web/console.ts';
import { messageBeside, messagesOn } from '../../../testing/web/page-messages.ts';

const { em, web, test } = await consoleTests();

const holderOf = async (assetId: number) => (await assetById(em, assetId)).holder?.userId ?? null;
const good = { condition: 'good', nextStatus: 'in_stock', note: '' };

describe('recovering', () => {
  test('returns to the asset', async ({ cast, ivo }) => {
    const { laptop, lena } = cast;
    const answer = await ivo.post(`/assets/${laptop.id}/recovery`, good);
    expect([answer.status, answer.location]).toEqual([303, `/assets/${laptop.id}`]);
    const { text } = await ivo.get(answer.location!);
    expect(messagesOn(text)).toBe(`success: ${laptop.tag} recovered from ${lena.name}.`);
    expect(text).toContain('returned in good condition');
  });

  test('from a checklist keeps the return link, and returns there with a message', async ({ cast, ivo }) => {
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

  test('returns to the checklist when only the address says so', async ({ cast, ivo }) => {
    const answer = await ivo.post(`/assets/${cast.laptop.id}/recovery?from=offboarding`, good);
    expect(answer.location).toBe(`/offboarding/${cast.lena.id}`);
  });

  test('by htmx redirects to the checklist instead of swapping it in', async ({ cast, ivo }) => {
    const fields = { ...good, from: 'offboarding' };
    const answer = await ivo.postByHtmx(`/assets/${cast.laptop.id}/recovery`, 'div#asset', fields);
    expect(answer.headers.get('HX-Redirect')).toBe(`/offboarding/${cast.lena.id}`);
  });

  test('an asset twice says so, changes nothing and shows the current state', async ({ cast, ivo }) => {
    const { laptop, lena } = cast;
    await ivo.post(`/assets/${laptop.id}/recovery`, good);
    const again = { condition: 'broken', nextStatus: 'retired', note: '' };
    const answer = await ivo.post(`/assets/${laptop.id}/recovery`, { ...again, from: 'offboarding' });
    expect([answer.status, answer.location]).toEqual([303, `/offboarding/${lena.id}`]);
    const { text } = await ivo.get(answer.location!);
    expect(messagesOn(text)).toBe(`info: ${laptop.tag} was already recovered.`);
    expect((await assetById(em, laptop.id)).status).toBe('in_stock');
  });

  test('from an old page does not take the asset from its next holder', async ({ cast, ivo }) => {
    const { laptop, emil } = cast;
    await ivo.post(`/assets/${laptop.id}/recovery`, good);
    await assignAsset(em, 'system', laptop.id, emil.id);
    const old = { ...good, assignmentId: String(laptop.assignmentId) };
    const answer = await ivo.post(`/assets/${laptop.id}/recovery`, old);
    expect(messagesOn((await ivo.get(answer.location!)).text)).toMatch(/^info: .*already recovered/);
    expect(await holderOf(laptop.id)).toBe(emil.id);
  });

  test('with an assignment of another asset is refused, and shows the holder', async ({ cast, ivo }) => {
    const { laptop, lena } = cast;
    const answer = await ivo.post(`/assets/${laptop.id}/recovery`, { ...good, assignmentId: '999999' });
    expect(answer.status).toBe(409);
    expect(messagesOn(answer.text)).toBe(
      `danger: That assignment isn't in ${laptop.tag}'s history. Reload the page and try again.`,
    );
    expect(answer.text).toContain(lena.name);
    expect(await holderOf(laptop.id)).toBe(lena.id);
  });

  test('an asset without a holder says so', async ({ cast, ivo }) => {
    const answer = await ivo.post(`/assets/${cast.spare.id}/recovery`, { ...good, from: 'offboarding' });
    expect(answer.location).toBe(`/assets/${cast.spare.id}`);
    expect(messagesOn((await ivo.get(answer.location!)).text)).toBe(
      `info: ${cast.spare.tag} had no holder, so there was nothing to recover.`,
    );
  });

  test('as lost needs a note, and keeps the input', async ({ cast, ivo }) => {
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

  test.for([
    ['no condition', { condition: '' }, 'condition', 'Choose a return condition.'],
    ['no such condition', { condition: 'shiny' }, 'condition', expect.stringContaining('good, worn')],
    ['no next status', { nextStatus: '' }, 'nextStatus', 'Choose a next status.'],
    ['a next status of its own', { nextStatus: 'assigned' }, 'nextStatus', 'Choose a next status.'],
    ['too long a note', { note: 'x'.repeat(2001) }, 'note', 'At most 2000 characters.'],
  ])(
    'with %s comes back with the message beside the field',
    async ([_case, more, field, message], { cast, ivo }) => {
      const answer = await ivo.post(`/assets/${cast.laptop.id}/recovery`, { ...good, ...more });
      expect(answer.status).toBe(422);
      expect(messageBeside(answer.text, field)).toEqual(message);
      expect(await holderOf(cast.laptop.id)).toBe(cast.lena.id);
    },
  );

  test('works for an assignment that another system wrote without the status', async ({ cast, ivo }) => {
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

  test.for([
    ['keeps the location when the form leaves it out', {}, 'Lisbon'],
    ['clears the location when it is empty', { location: '' }, null],
    ['stores a new location', { location: ' Shelf 3 ' }, 'Shelf 3'],
    [
      'keeps the location that the form was loaded with',
      { location: 'Old', loaded: '{"location":"Old"}' },
      'Lisbon',
    ],
  ] as const)('%s', async ([_what, more, location], { cast, ivo }) => {
    const { laptop } = cast;
    expect((await ivo.get(`/assets/${laptop.id}`)).text).toMatch(/name="location"[^>]*value="Lisbon"/);
    expect((await ivo.post(`/assets/${laptop.id}/recovery`, { ...good, ...more })).status).toBe(303);
    expect(await assetById(em, laptop.id)).toMatchObject({ location, holder: null });
  });

  test('is not for employees, and an unknown asset is a 404', async ({ cast, ivo }) => {
    const lena = await web.signIn(cast.lena.email);
    expect((await lena.post(`/assets/${cast.laptop.id}/recovery`, good)).status).toBe(403);
    expect(await holderOf(cast.laptop.id)).toBe(cast.lena.id);
    expect((await ivo.post('/assets/999999/recovery', good)).status).toBe(404);
  });
});
