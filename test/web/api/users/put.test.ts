import { beforeEach, describe, expect, test } from 'vitest';
import { type Cast, makeCast } from '../../../../testing/cast/cast.ts';
import { expectProblem, pointers } from '../../../../testing/web/api.ts';
import { apiOfPeople } from './setup.ts';

const { database, call } = await apiOfPeople();

let cast: Cast;
beforeEach(async () => {
  cast = await makeCast(database);
});

const lena = () => `/users/${cast.lena.externalId}`;

describe('PUT', () => {
  test('adds a user with 201 and a Location, then replaces them with 200', async () => {
    const body = {
      name: '山田 花子',
      email: `hanako${cast.ada.id}@x.example`,
      managerExternalId: cast.mira.externalId,
    };
    const externalId = `新/${cast.ada.id}`;
    const path = `/users/${encodeURIComponent(externalId)}`;
    const added = await call('PUT', path, { body });
    expect(added.status).toBe(201);
    expect(added.headers.get('location')).toBe(`/api/v1${path}`);
    expect(added.json).toMatchObject({
      externalId,
      name: '山田 花子',
      managerExternalId: cast.mira.externalId,
    });

    const { name, email } = body;
    const replaced = await call('PUT', path, { body: { name, email, externalId } });
    expect(replaced.status).toBe(200);
    expect(replaced.json).toMatchObject({ managerExternalId: null });
    expect(replaced.headers.get('location')).toBeNull();
  });

  test('needs a name', async () => {
    const called = await call('PUT', '/users/new', { body: { department: 'Sales' } });
    expectProblem(called, 422, 'invalid-input');
    expect(called.json.errors).toEqual([{ pointer: '/name', detail: 'Expected text.' }]);
  });

  test('rejects an email in use, and a malformed external id', async () => {
    const taken = await call('PUT', '/users/new', { body: { name: 'N', email: cast.lena.email } });
    expectProblem(taken, 422, 'invalid-input');
    expect(pointers(taken)).toEqual(['/email']);
    const body = { name: 'N', email: 'n@x.example' };
    for (const id of ['%00', '%20', 'x'.repeat(101), '%0A']) {
      expectProblem(await call('PUT', `/users/${id}`, { body }), 422, 'invalid-input');
    }
  });

  test('accepts what GET returned, except read-only fields', async () => {
    const { id, revision, ...rest } = (await call('GET', lena())).json;
    expect((await call('PUT', lena(), { body: rest })).json).toMatchObject({ id, revision });
    const called = await call('PUT', lena(), { body: { ...rest, id, revision } });
    expectProblem(called, 422, 'invalid-input');
    expect(pointers(called)).toEqual(['/id', '/revision']);
    expectProblem(
      await call('PUT', lena(), { body: { ...rest, externalId: 'other' } }),
      422,
      'invalid-input',
    );
  });
});
