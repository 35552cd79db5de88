import { describe, expect } from 'vitest';
import { assetById } from '../../../database/inventory/assets.ts';
import { updateUser, userById } from '../../../database/people/users.ts';
import { consoleTests } from '../../../testing/web/console.ts';
import { fieldsOf } from '../../../testing/web/form.ts';
import { messagesOn } from '../../../testing/web/page-messages.ts';
import type { Browserlike } from '../../../testing/web/web.ts';

const { em, test } = await consoleTests();

/** Fills in the form of a page, expects the question, and returns it with a function that confirms. */
async function ask(browser: Browserlike, page: string, action: string, typed: Record<string, string>) {
  const form = fieldsOf((await browser.get(page)).text, action);
  expect(form.ask).toBe('yes');
  const { status, text } = await browser.post(action, { ...form, ...typed });
  expect(status).toBe(200);
  const confirmed = fieldsOf(text, action);
  expect(confirmed).not.toHaveProperty('ask');
  const question = /<h1>([^<]*)<\/h1>/.exec(text)?.[1];
  return { question, text, confirm: () => browser.post(action, confirmed) };
}

describe('a form asks before', () => {
  test('the role super-admin', async ({ cast, ada }) => {
    const page = `/users/${cast.emil.id}`;
    const { question, confirm } = await ask(ada, page, `${page}/role`, { role: 'super-admin' });
    expect(question).toBe('Make Emil Novák a super admin?');
    expect(await userById(em, cast.emil.id)).toMatchObject({ role: 'employee' });
    expect((await confirm()).status).toBe(303);
    expect(await userById(em, cast.emil.id)).toMatchObject({ role: 'super-admin' });
    expect((await ada.post(`${page}/role`, { role: 'super-admin', ask: 'yes' })).status).toBe(303);
    expect((await ada.post(`${page}/role`, { role: 'it-admin', ask: 'yes' })).status).toBe(303);
  });

  test('an end date is cleared on the page of a person', async ({ cast, nora }) => {
    const page = `/users/${cast.lena.id}`;
    const { question, text, confirm } = await ask(nora, page, `${page}/end-date`, { endDate: '' });
    expect(question).toBe('Remove Lena Brandt&#39;s end date?');
    expect(text).toContain('Removing it cancels their offboarding and stops reminders.');
    expect(await userById(em, cast.lena.id)).toMatchObject({ endDate: cast.lastDay });
    expect((await confirm()).status).toBe(303);
    expect(await userById(em, cast.lena.id)).toMatchObject({ endDate: null });
  });

  test('an end date is cleared in the edit form, which keeps what else was typed', async ({ cast, nora }) => {
    const page = `/users/${cast.lena.id}`;
    const typed = { endDate: '', jobTitle: 'Designer & "Lead"' };
    const { confirm } = await ask(nora, `${page}/edit`, page, typed);
    expect(await userById(em, cast.lena.id)).toMatchObject({ endDate: cast.lastDay, jobTitle: 'Team Lead' });
    expect((await confirm()).status).toBe(303);
    expect(await userById(em, cast.lena.id)).toMatchObject({ endDate: null, jobTitle: 'Designer & "Lead"' });
  });

  test('an offboarding is cancelled', async ({ cast, nora }) => {
    const page = `/offboarding/${cast.lena.id}`;
    const { question, text, confirm } = await ask(nora, page, `${page}/cancellation`, {});
    expect(question).toBe('Cancel Lena Brandt&#39;s offboarding?');
    expect(text).toContain('Recovered devices and revoked seats are not given back.');
    const answer = await confirm();
    expect([answer.status, answer.location]).toEqual([303, page]);
    expect(await userById(em, cast.lena.id)).toMatchObject({ endDate: null });
  });

  test('a broken device goes back in stock', async ({ cast, ivo }) => {
    const { laptop, lena } = cast;
    const typed = { condition: 'broken', nextStatus: 'in_stock', note: 'Screen', location: 'Shelf 3' };
    const page = `/assets/${laptop.id}?from=offboarding`;
    const { question, confirm } = await ask(ivo, page, `/assets/${laptop.id}/recovery`, typed);
    expect(question).toBe(`Put broken ${laptop.tag} back in stock?`);
    expect(await assetById(em, laptop.id)).toMatchObject({ status: 'assigned' });
    const answer = await confirm();
    expect([answer.status, answer.location]).toEqual([303, `/offboarding/${lena.id}`]);
    expect(await assetById(em, laptop.id)).toMatchObject({
      status: 'in_stock',
      condition: 'broken',
      location: 'Shelf 3',
    });
  });
});

describe('no question', () => {
  test('is asked of a script, which posts without the field', async ({ cast, ada }) => {
    const { emil, lena, laptop } = cast;
    const broken = { condition: 'broken', nextStatus: 'in_stock', note: '' };
    for (const [path, fields] of [
      [`/users/${emil.id}/role`, { role: 'super-admin' }],
      [`/assets/${laptop.id}/recovery`, broken],
      [`/users/${lena.id}/end-date`, { endDate: '' }],
    ] as const)
      expect([path, (await ada.post(path, fields)).status]).toEqual([path, 303]);
  });

  test('is asked when the form is stale, because it is refused', async ({ cast, nora }) => {
    const page = `/users/${cast.lena.id}`;
    const form = fieldsOf((await nora.get(page)).text, `${page}/end-date`);
    await updateUser(em, 'token:hr', cast.lena.id, { endDate: '2099-01-31' });
    const refused = await nora.post(`${page}/end-date`, { ...form, endDate: '' });
    expect(refused.status).toBe(409);
    expect(messagesOn(refused.text)).toMatch(/^danger: /);
  });

  test('is asked when nothing big happens', async ({ cast, nora, ivo }) => {
    const { lena, emil, laptop } = cast;
    const damaged = { condition: 'damaged', nextStatus: 'in_stock', note: '', ask: 'yes' };
    expect((await ivo.post(`/assets/${laptop.id}/recovery`, damaged)).status).toBe(303);
    const moved = { endDate: '2099-01-31', ask: 'yes' };
    expect((await nora.post(`/users/${lena.id}/end-date`, moved)).status).toBe(303);
    const empty = { endDate: '', ask: 'yes' };
    expect((await nora.post(`/users/${emil.id}/end-date`, empty)).status).toBe(303);
    const none = await nora.post(`/offboarding/${emil.id}/cancellation`, { ask: 'yes' });
    expect(none.status).toBe(409);
    expect(messagesOn(none.text)).toBe('danger: This person has no open offboarding.');
  });
});
