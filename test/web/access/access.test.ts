import { beforeEach, describe, expect, test } from 'vitest';
import { createLink } from '../../../database/access/one-time-links.ts';
import { AuditEntry, OneTimeLink, User } from '../../../database/entities/index.ts';
import { updateUser, userById } from '../../../database/people/users.ts';
import { type Cast, castPassword, makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { messagesOn, unescaped } from '../../../testing/web/page-messages.ts';
import { type Browserlike, startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
const goodPassword = 'seven quiet herons';

let cast: Cast;
let ada: Browserlike;
beforeEach(async () => {
  await em.fork().nativeUpdate(User, { role: 'super-admin' }, { role: 'employee' });
  cast = await makeCast(own.database);
  ada = await web.signIn(cast.ada.email);
});

/** The path of the invitation link, which the page shows once. */
async function invite(userId: number) {
  const { status, location } = await ada.post(`/users/${userId}/invitation`);
  expect([status, location]).toEqual([303, `/users/${userId}`]);
  const { text } = await ada.get(location!);
  return /id="shown-once">[^<]*(\/invitation\/[\w-]+)</.exec(text)![1]!;
}

test('signing in, signing out, setting a password and making a link are audited', async () => {
  const link = await createLink(em, { userId: cast.emil.id, purpose: 'sign-in', actor: 'system' });
  const emil = web.stranger();
  await emil.post(`/invitation/${link}`, { password: goodPassword });
  await emil.post('/session/end');
  await emil.post('/session', { email: cast.emil.email, password: 'a wrong guess' });
  await emil.post('/session', { email: cast.emil.email, password: goodPassword });
  const change = { current: goodPassword, password: 'eight quiet herons' };
  expect((await emil.post('/me/password', change)).status).toBe(303);
  const trail = await em.fork().find(AuditEntry, { userId: cast.emil.id }, { orderBy: { id: 1 } });
  expect(trail.map(({ action }) => action)).toEqual([
    ...['user.sign_in_link_made', 'user.password_set', 'user.signed_in', 'user.signed_out'],
    ...['user.sign_in_failed', 'user.signed_in', 'user.password_set'],
  ]);
});

describe('an invitation', () => {
  test('is shown once, sets a password and signs in', async () => {
    const path = await invite(cast.emil.id);
    expect((await ada.get(`/users/${cast.emil.id}`)).text).not.toContain('shown-once');

    const emil = web.stranger();
    const form = await emil.get(path);
    expect(form.status).toBe(200);
    expect(form.headers.get('cache-control')).toBe('no-store');
    expect(form.text).toContain('Emil Novák');

    const { status, location } = await emil.post(path, { password: goodPassword });
    expect([status, location]).toEqual([303, '/']);
    expect((await emil.get('/me')).text).toContain('Emil Novák');
    await web.signIn(cast.emil.email, goodPassword);
  });

  test('stays usable after a password is rejected', async () => {
    const path = await invite(cast.emil.id);
    const emil = web.stranger();
    for (const password of ['short', '', cast.emil.email]) {
      const { status, text } = await emil.post(path, { password });
      expect(status, password).toBe(422);
      expect(text).toContain('field-error');
    }
    expect((await emil.post(path, { password: goodPassword })).status).toBe(303);
  });

  test('works once, even for two requests at the same time', async () => {
    const path = await invite(cast.emil.id);
    const answers = await Promise.all(
      ['seven quiet herons', 'eight quiet herons'].map((password) => web.stranger().post(path, { password })),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([303, 404]);
    const again = await web.stranger().get(path);
    expect(again.status).toBe(404);
    expect(again.text).toContain('This link no longer works');
  });

  test('expires after 72 hours, or when a newer one is made', async () => {
    const first = await invite(cast.emil.id);
    await invite(cast.emil.id);
    expect((await web.stranger().post(first, { password: goodPassword })).status).toBe(404);

    const third = await invite(cast.emil.id);
    await em.fork().nativeUpdate(OneTimeLink, { userId: cast.emil.id }, { expiresAt: new Date() });
    expect((await web.stranger().get(third)).status).toBe(404);
    expect((await web.stranger().post(third, { password: goodPassword })).status).toBe(404);
  });

  test('with an unknown or malformed token leads to a clear page', async () => {
    for (const path of ['/invitation/x', '/invitation/%00', `/invitation/${'x'.repeat(3000)}`]) {
      const { status, text } = await web.stranger().get(path);
      expect(status).toBe(404);
      expect(text).toContain('This link no longer works');
    }
  });

  test('ends every session of the user', async () => {
    const emil = await web.signIn(cast.emil.email);
    await web.stranger().post(await invite(cast.emil.id), { password: goodPassword });
    expect((await emil.get('/me')).status).toBe(303);
  });

  test('is refused for a suspended user, and a suspension revokes it', async () => {
    const path = await invite(cast.emil.id);
    await updateUser(em, 'system', cast.emil.id, { status: 'suspended' });
    expect((await web.stranger().post(path, { password: goodPassword })).status).toBe(404);
    const { status, text } = await ada.post(`/users/${cast.emil.id}/invitation`);
    expect(status).toBe(409);
    expect(messagesOn(text)).toContain("can't sign in");
  });

  test('is made only by super-admins', async () => {
    for (const email of [cast.nora.email, cast.ivo.email, cast.emil.email]) {
      const person = await web.signIn(email);
      expect((await person.post(`/users/${cast.emil.id}/invitation`)).status).toBe(403);
      expect((await person.post(`/users/${cast.emil.id}/role`, { role: 'super-admin' })).status).toBe(403);
    }
    expect((await userById(em, cast.emil.id)).role).toBe('employee');
    expect((await ada.post('/users/999999/invitation')).status).toBe(404);
  });
});

describe('a sign-in link of a super-admin', () => {
  const signInLink = async (userId: number) =>
    `/invitation/${await createLink(em, { userId, purpose: 'sign-in', actor: 'system' })}`;

  test('signs in and keeps the password when none is given', async () => {
    const browser = web.stranger();
    expect((await browser.post(await signInLink(cast.ada.id), { password: '' })).status).toBe(303);
    expect((await browser.get('/settings/tokens')).status).toBe(200);
    await web.signIn(cast.ada.email);
  });

  test('sets a new password when one is given', async () => {
    expect(
      (await web.stranger().post(await signInLink(cast.ada.id), { password: goodPassword })).status,
    ).toBe(303);
    await web.signIn(cast.ada.email, goodPassword);
    await expect(web.signIn(cast.ada.email)).rejects.toThrow('could not sign in');
  });

  test('requires a password when the user has none', async () => {
    await em.fork().nativeUpdate(User, { id: cast.ada.id }, { passwordHash: null });
    const path = await signInLink(cast.ada.id);
    expect((await web.stranger().post(path, {})).status).toBe(422);
    expect((await web.stranger().post(path, { password: goodPassword })).status).toBe(303);
  });
});

describe('a role', () => {
  test('is given, and the user must sign in again', async () => {
    const ivo = await web.signIn(cast.ivo.email);
    const { status, location } = await ada.post(`/users/${cast.ivo.id}/role`, { role: 'admin' });
    expect([status, location]).toEqual([303, `/users/${cast.ivo.id}`]);
    expect((await ivo.get('/offboarding')).location).toMatch(/^\/sign-in/);
    expect((await userById(em, cast.ivo.id)).role).toBe('admin');
  });

  test.each([{ role: 'owner' }, { role: '' }, {}])('%o is not a role', async (fields) => {
    const { status, text } = await ada.post(`/users/${cast.ivo.id}/role`, fields as Record<string, string>);
    expect(status).toBe(422);
    expect(text).toContain('Choose one of');
  });

  test('of the last super-admin cannot be changed', async () => {
    const { status, text } = await ada.post(`/users/${cast.ada.id}/role`, { role: 'employee' });
    expect(status).toBe(409);
    expect(text).toContain('This is the last super admin.');
  });
});

test('a NUL byte in the email is invalid input', async () => {
  const { status } = await web.stranger().post('/session', { email: 'ada\u0000@x.example', password: 'x' });
  expect(status).toBe(422);
});

describe("a user's own password", () => {
  const change = { current: castPassword, password: goodPassword };

  test('is changed, ends the other sessions and keeps this one', async () => {
    const other = await web.signIn(cast.emil.email);
    const emil = await web.signIn(cast.emil.email);
    const { status, location } = await emil.post('/me/password', change);
    expect([status, location]).toEqual([303, '/me']);
    expect((await emil.get('/me')).status).toBe(200);
    expect((await other.get('/me')).status).toBe(303);
    await web.signIn(cast.emil.email, goodPassword);
  });

  test('is changed, and older links of the user stop working', async () => {
    const link = await createLink(em, { userId: cast.emil.id, purpose: 'sign-in', actor: 'system' });
    const invitation = await invite(cast.emil.id);
    const emil = await web.signIn(cast.emil.email);
    expect((await emil.post('/me/password', change)).status).toBe(303);
    for (const path of [`/invitation/${link}`, invitation]) {
      const thief = web.stranger();
      expect((await thief.get(path)).status).toBe(404);
      expect((await thief.post(path, { password: 'another quiet heron' })).status).toBe(404);
    }
  });

  test.each([
    [{ ...change, current: 'not this one at all' }, "That isn't your current password."],
    [{ ...change, current: '' }, 'Enter your current password.'],
    [{ ...change, password: 'short' }, 'Use at least 12 characters.'],
    [{ ...change, password: 'x'.repeat(2000) }, 'This is too long.'],
    [{ current: castPassword }, 'Enter a new password.'],
  ])('is kept when the form has %o', async (fields, message) => {
    const emil = await web.signIn(cast.emil.email);
    const { status, text } = await emil.post('/me/password', fields as Record<string, string>);
    expect(status).toBe(422);
    expect(unescaped(text)).toContain(message);
    expect(text).not.toContain(goodPassword);
    await web.signIn(cast.emil.email);
  });

  test('cannot be guessed from a signed-in browser', async () => {
    const emil = await web.signIn(cast.emil.email);
    const guess = () => emil.post('/me/password', { ...change, current: 'a wrong password' });
    for (let guesses = 0; guesses < 5; guesses++) expect((await guess()).status).toBe(422);
    const { status, headers } = await guess();
    expect(status).toBe(429);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await emil.post('/me/password', change)).status).toBe(429);
  });

  test('cannot be changed by a visitor who is not signed in', async () => {
    expect((await web.stranger().post('/me/password', change)).location).toMatch(/^\/sign-in/);
  });
});
