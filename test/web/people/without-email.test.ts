import { beforeEach, describe, expect, test } from 'vitest';
import { AuditEntry, User, WebhookEvent } from '../../../database/entities/index.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import type { Cast } from '../../../testing/cast/cast.ts';
import { subscribe } from '../../../testing/cast/webhooks.ts';
import { expectProblem, pointers } from '../../../testing/web/api.ts';
import { fieldsOf } from '../../../testing/web/form.ts';
import { messageBeside } from '../../../testing/web/page-messages.ts';
import type { Browserlike } from '../../../testing/web/web.ts';
import { everyEntryPoint, quoted } from '../texts/setup.ts';

const { database, em, call, files, setUp, ways, personWith } = await everyEntryPoint();

let cast: Cast;
let ada: Browserlike;
let externalId: string;
/** A contractor who never signs in. */
let paulo: User;
beforeEach(async () => {
  ({ cast, ada } = await setUp());
  externalId = `C-${cast.ada.id}`;
  await call('PUT', `/users/${externalId}`, { body: { name: `Paulo ${cast.ada.id}` } });
  paulo = (await personWith(externalId))!;
});

describe('a person without an email (R16)', () => {
  test.each(['form', 'api', 'file'] as const)('is added by the way %s', async (way) => {
    const id = `${way}-${cast.ada.id}`;
    await ways[way]([{ externalId: id, name: 'Paulo Contractor' }]);
    const person = (await personWith(id))!;
    expect(person).toMatchObject({ name: 'Paulo Contractor', role: 'employee' });
    expect(person.email ?? null).toBeNull();
    expect((await call('GET', `/users/${id}`)).json).toMatchObject({ email: null });
    const entry = await em.fork().findOneOrFail(AuditEntry, { userId: person.id, action: 'user.created' });
    expect(entry.details).toEqual({ name: 'Paulo Contractor', email: null });
  });

  test('is shown with a dash, is found by name, and is a manager by external id', async () => {
    const list = (await ada.get(`/users?q=${paulo.name.replace(' ', '+')}`)).text;
    expect(list).toMatch(/data-label="Email"[^>]*>\s*—/);
    for (const path of [
      `/users/${paulo.id}`,
      `/offboarding/${paulo.id}`,
      `/assets/${cast.spare.id}?person=Paulo`,
    ]) {
      const { status, text } = await ada.get(path);
      expect(status).toBe(200);
      expect(text).not.toMatch(/mailto:"|>\s*null/);
    }
    expect((await ada.post(`/users/${cast.rosa.id}`, { manager: externalId })).status).toBe(303);
    const path = `/users/${cast.rosa.id}`;
    const form = fieldsOf((await ada.get(`${path}/edit`)).text, path);
    expect(form.manager).toBe(`${paulo.name} <${externalId}>`);
    expect((await ada.post(path, { ...form, jobTitle: 'X' })).status).toBe(303);
    const rosa = await em.fork().findOneOrFail(User, { id: cast.rosa.id });
    expect(rosa.managerId).toBe(paulo.id);
    expect((await ada.get('/users/suggestions?manager=Paulo')).text).toContain(`&lt;${externalId}&gt;`);
  });

  test('leaves with a checklist, and webhooks carry null', async () => {
    await subscribe(database, 'https://hooks.example/none');
    await assignAsset(em, 'system', cast.spare.id, paulo.id);
    await call('PATCH', `/users/${externalId}`, { body: { endDate: cast.lastDay } });
    const { text } = await ada.get(`/offboarding/${paulo.id}`);
    expect(text).toContain(cast.spare.tag);
    expect(text).toContain('Sent to IT admins while anything is open.');
    const events = await em.fork().find(WebhookEvent, { type: 'offboarding.started' });
    expect(events.map(({ data }) => (data as { user: unknown }).user)).toContainEqual(
      expect.objectContaining({ id: paulo.id, email: null }),
    );
  });

  test('cannot be invited or given a role, and the page says what to do first', async () => {
    const { text } = await ada.get(`/users/${paulo.id}`);
    expect(text).toContain('Add an email to invite this person or give them a role.');
    expect(text).not.toContain(`action="/users/${paulo.id}/invitation"`);
    for (const [path, fields] of [
      ['invitation', {}],
      ['role', { role: 'it-admin' }],
    ] as const) {
      const refused = await ada.post(`/users/${paulo.id}/${path}`, fields);
      expect(refused.status).toBe(409);
      expect(refused.text).toContain('This person needs an email to sign in. Add one first.');
    }
  });

  test('gets one later', async () => {
    const email = `paulo${cast.ada.id}@x.example`;
    await files.run(
      'users',
      quoted([
        ['externalId', 'email'],
        [externalId, email],
      ]),
    );
    expect((await personWith(externalId))!.email).toBe(email);
    expect((await ada.post(`/users/${paulo.id}/invitation`)).status).toBe(303);
  });
});

describe('the email', () => {
  test('of a person without password, role or link can be cleared (R16)', async () => {
    const path = `/users/${externalId}`;
    const email = `paulo.${cast.ada.id}@x.example`;
    expect((await call('PATCH', path, { body: { email } })).json.email).toBe(email);
    expect((await call('PATCH', path, { body: { email: null } })).json.email).toBeNull();
    await call('PATCH', path, { body: { email } });
    expect((await call('PUT', path, { body: { name: 'P' } })).json.email).toBeNull();
    await call('PATCH', path, { body: { email } });
    await ada.post(`/users/${paulo.id}`, { email: '' });
    expect((await personWith(externalId))!.email ?? null).toBeNull();
  });

  test('of a person who can sign in cannot be cleared (R16)', async () => {
    const words = 'This person can sign in, so they need an email.';
    const email = `paulo.${cast.ada.id}@x.example`;
    await call('PATCH', `/users/${externalId}`, { body: { email } });
    await ada.post(`/users/${paulo.id}/invitation`);
    await em.fork().nativeUpdate(User, { id: cast.ivo.id }, { passwordHash: null });
    const withPassword = cast.emil.externalId;
    const withRole = cast.ivo.externalId;
    for (const id of [withPassword, withRole, externalId]) {
      const refused = await call('PATCH', `/users/${id}`, { body: { email: null } });
      expectProblem(refused, 422, 'invalid-input');
      expect(pointers(refused)).toEqual(['/email']);
      expect(refused.json.errors[0].detail).toBe(words);
      expectProblem(await call('PUT', `/users/${id}`, { body: { name: 'N' } }), 422, 'invalid-input');
    }
    expect(messageBeside((await ada.post(`/users/${cast.emil.id}`, { email: '' })).text, 'email')).toBe(
      words,
    );
  });

  test('is required by the schema of a person with a role or a password', async () => {
    for (const id of [cast.emil.id, cast.ivo.id]) {
      await expect(em.fork().nativeUpdate(User, { id }, { email: null })).rejects.toMatchObject({
        constraint: 'users_email_check',
      });
    }
    for (const change of [{ role: 'admin' as const }, { passwordHash: 'x' }]) {
      await expect(em.fork().nativeUpdate(User, { id: paulo.id }, change)).rejects.toMatchObject({
        constraint: 'users_email_check',
      });
    }
  });
});
