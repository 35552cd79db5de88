import { beforeEach, describe, expect, test } from 'vitest';
import { User } from '../../../database/entities/index.ts';
import { castPassword } from '../../../testing/cast/cast.ts';
import { expectProblem } from '../../../testing/web/api.ts';
import { fieldsOf } from '../../../testing/web/form.ts';
import { messageBeside } from '../../../testing/web/page-messages.ts';
import { everyEntryPoint, quoted } from './setup.ts';

const { em, web, call, files, setUp } = await everyEntryPoint();

let number = 0;
let cast: Awaited<ReturnType<typeof setUp>>['cast'];
let ada: Awaited<ReturnType<typeof setUp>>['ada'];
/** An address that an older version took. */
let stored: string;
beforeEach(async () => {
  ({ cast, ada } = await setUp());
  stored = `..jörg${++number}@x.example`;
  await em.fork().nativeUpdate(User, { id: cast.emil.id }, { email: stored });
});

const emil = () => em.fork().findOneOrFail(User, { id: cast.emil.id });
const line = (email: string, jobTitle: string) =>
  quoted([
    ['externalId', 'email', 'jobTitle'],
    [cast.emil.externalId, email, jobTitle],
  ]);

describe('a stored address that would be refused today (E9)', () => {
  test('stays when the form is saved, with the values it was loaded with or without', async () => {
    const path = `/users/${cast.emil.id}`;
    const { text } = await ada.get(`${path}/edit`);
    const form = fieldsOf(text, path);
    expect(form.email).toBe(stored);
    expect(text).not.toContain('type="email"');
    expect((await ada.post(path, { ...form, jobTitle: 'From the form' })).status).toBe(303);
    expect(await emil()).toMatchObject({ email: stored, jobTitle: 'From the form' });
    expect((await ada.post(path, { email: stored, jobTitle: 'From a script' })).status).toBe(303);
    expect(await emil()).toMatchObject({ email: stored, jobTitle: 'From a script' });
  });

  test('stays when PUT, PATCH or a file says it again', async () => {
    const path = `/users/${cast.emil.externalId}`;
    const body = { name: 'Emil', email: stored, jobTitle: 'By PUT' };
    expect(await call('PUT', path, { body })).toMatchObject({ status: 200, json: { email: stored } });
    expect((await call('PATCH', path, { body: { email: `${stored}\u200b` } })).status).toBe(200);
    expect((await files.run('users', line(stored, 'By file'))).results).toMatchObject({ changed: 1 });
    const byAddress = quoted([
      ['email', 'department'],
      [stored, 'Found by address'],
    ]);
    expect((await files.run('users', byAddress)).results).toMatchObject({ changed: 1 });
    expect(await emil()).toMatchObject({
      email: stored,
      jobTitle: 'By file',
      department: 'Found by address',
    });
  });

  test('signs in, and is found as a manager', async () => {
    expect((await web.signIn(stored, castPassword)).cookies.size).toBeGreaterThan(0);
    await ada.post(`/users/${cast.rosa.id}`, { manager: `Emil Novák <${stored}>` });
    const rosa = await em.fork().findOneOrFail(User, { id: cast.rosa.id });
    expect(rosa.managerId).toBe(cast.emil.id);
  });

  test('cannot be given to somebody else, nor changed to another one that is refused', async () => {
    const other = `.other${number}@x.example`;
    for (const [externalId, email] of [
      [cast.emil.externalId, other],
      [cast.timo.externalId, stored],
      [`new-${number}`, other],
    ] as const) {
      const answer = await call('PUT', `/users/${externalId}`, { body: { name: 'N', email } });
      expectProblem(answer, 422, 'invalid-input');
      expect(answer.json.errors).toMatchObject([{ pointer: '/email' }]);
    }
    // In a file it costs only the address.
    expect(await files.run('users', line(other, 'No'))).toMatchObject({ results: { changed: 1 }, warned: 1 });
    const refused = await ada.post(`/users/${cast.emil.id}`, { email: other });
    expect(messageBeside(refused.text, 'email')).toMatch(/^Expected an email/);
    expect((await emil()).email).toBe(stored);
  });

  test('is gone once somebody changes it', async () => {
    const path = `/users/${cast.emil.externalId}`;
    const email = `emil.new${number}@x.example`;
    expect((await call('PATCH', path, { body: { email: `mailto:${email}` } })).json.email).toBe(email);
    expectProblem(await call('PATCH', path, { body: { email: stored } }), 422, 'invalid-input');
  });
});
