import { beforeEach, describe, expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { Assignment, AuditEntry, Outbox, Request, Seat } from '../../../database/entities/index.ts';
import { assetById } from '../../../database/inventory/assets.ts';
import { updateUser } from '../../../database/people/users.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { apiAt, expectProblem, pointers } from '../../../testing/web/api.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
const { value } = await createToken(em, 'system', {
  name: 'inventory',
  scopes: ['assets:write', 'seats:write', 'requests:write'],
});
const call = apiAt(web.address, value);

let cast: Cast;
beforeEach(async () => {
  cast = await makeCast(own.database);
});

const post = (path: string, body: unknown) => call('POST', path, { body });
const assign = (tag: string, userExternalId: unknown) =>
  post(`/assets/${tag}/assignment`, { userExternalId });
const recover = (tag: string, body: object) => post(`/assets/${tag}/recovery`, body);
const well = { condition: 'good', nextStatus: 'in_stock' };
const lastEntry = (action: AuditEntry['action']) =>
  em.fork().findOne(AuditEntry, { action }, { orderBy: { id: 'desc' } });

describe('an assignment', () => {
  test('assigns the asset as the token, and queues a signal to the workflow', async () => {
    const told = await em.fork().count(Outbox, { userId: cast.lena.id });
    const { status, json } = await assign(cast.spare.tag, cast.lena.externalId);
    expect(status).toBe(201);
    expect(json).toEqual({
      id: expect.any(Number),
      tag: cast.spare.tag,
      userExternalId: cast.lena.externalId,
      assignedAt: expect.stringMatching(/Z$/),
    });
    expect(await em.fork().count(Assignment, { id: json.id, userId: cast.lena.id, returnedAt: null })).toBe(
      1,
    );
    expect(await lastEntry('asset.assigned')).toMatchObject({
      actor: 'token:inventory',
      userId: cast.lena.id,
      details: { tag: cast.spare.tag, assignmentId: json.id },
    });
    expect(await em.fork().count(Outbox, { userId: cast.lena.id })).toBe(told + 1);
  });

  test('of an asset with a holder is refused, and names the holder', async () => {
    const refused = await assign(cast.laptop.tag, cast.emil.externalId);
    expectProblem(refused, 409, 'already-assigned');
    expect(refused.json.detail).toContain('Lena Brandt');
  });

  test('to two people at the same time succeeds once', async () => {
    const { emil, rosa, spare } = cast;
    const both = await Promise.all([assign(spare.tag, emil.externalId), assign(spare.tag, rosa.externalId)]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  test('to a suspended user, or of an asset in repair, is refused', async () => {
    await updateUser(em, 'system', cast.emil.id, { status: 'suspended' });
    expectProblem(await assign(cast.spare.tag, cast.emil.externalId), 409, 'suspended');
    await recover(cast.laptop.tag, { condition: 'damaged', nextStatus: 'in_repair' });
    expectProblem(await assign(cast.laptop.tag, cast.rosa.externalId), 409, 'not-in-stock');
  });

  test('of an unknown asset is a 404, and an unknown user is a field error', async () => {
    for (const tag of ['nothing', '%00', '%20']) {
      expectProblem(await assign(tag, cast.emil.externalId), 404, 'not-found');
    }
    for (const nobody of ['nobody', '', 7, null, undefined, 'zero\u0000']) {
      const refused = await assign(cast.spare.tag, nobody);
      expectProblem(refused, 422, 'invalid-input');
      expect(pointers(refused)).toEqual(['/userExternalId']);
    }
  });
});

describe('a recovery', () => {
  test('returns the asset, once', async () => {
    const { status, json } = await recover(cast.laptop.tag, { ...well, note: 'With charger' });
    expect(status).toBe(200);
    const formerHolder = { id: cast.lena.id, externalId: cast.lena.externalId, name: 'Lena Brandt' };
    expect(json).toEqual({ outcome: 'recovered', tag: cast.laptop.tag, status: 'in_stock', formerHolder });
    expect(await lastEntry('asset.recovered')).toMatchObject({
      actor: 'token:inventory',
      userId: cast.lena.id,
      details: { condition: 'good', note: 'With charger' },
    });
    const again = await recover(cast.laptop.tag, { condition: 'broken', nextStatus: 'retired' });
    expect(again.json).toEqual({ ...json, outcome: 'already-returned' });
  });

  test('of an asset without a holder changes nothing', async () => {
    expect((await recover(cast.spare.tag, well)).json).toMatchObject({
      outcome: 'already-returned',
      status: 'in_stock',
      formerHolder: null,
    });
  });

  test('that names an assignment does not end a later one', async () => {
    await recover(cast.laptop.tag, well);
    await assign(cast.laptop.tag, cast.emil.externalId);
    const late = await recover(cast.laptop.tag, { ...well, assignmentId: cast.laptop.assignmentId });
    expect(late.json).toMatchObject({ outcome: 'already-returned', status: 'assigned' });
    expect(await em.fork().count(Assignment, { assetId: cast.laptop.id, returnedAt: null })).toBe(1);
  });

  test.each([
    ['keeps the location without the field', {}, 'Lisbon'],
    ['stores a location', { location: 'Shelf 3' }, 'Shelf 3'],
    ['clears the location with an empty text', { location: '' }, null],
    ['clears the location with null', { location: null }, null],
  ])('%s', async (_what, more, location) => {
    expect((await recover(cast.laptop.tag, { ...well, ...more })).status).toBe(200);
    expect(await assetById(em, cast.laptop.id)).toMatchObject({ location });
    expect((await lastEntry('asset.recovered'))?.details.location).toBe(
      'location' in more ? location : undefined,
    );
  });

  test('as lost needs a note and no condition', async () => {
    const refused = await recover(cast.laptop.tag, { nextStatus: 'lost', note: '' });
    expectProblem(refused, 422, 'invalid-input');
    expect(pointers(refused)).toEqual(['/note']);
    const lost = await recover(cast.laptop.tag, { condition: null, nextStatus: 'lost', note: 'In a taxi' });
    expect(lost.json).toMatchObject({ outcome: 'recovered', status: 'lost' });
    expect(await lastEntry('asset.lost')).toMatchObject({ details: { note: 'In a taxi' } });
  });

  test.each([
    [{ nextStatus: 'in_stock' }, '/condition'],
    [{ condition: 'shiny', nextStatus: 'in_stock' }, '/condition'],
    [{ condition: 'good' }, '/nextStatus'],
    [{ condition: 'good', nextStatus: 'assigned' }, '/nextStatus'],
    [{ ...well, note: 'x'.repeat(2001) }, '/note'],
    [{ ...well, assignmentId: 2 ** 31 }, '/assignmentId'],
    [{ ...well, assignmentId: '5' }, '/assignmentId'],
    [{ ...well, userId: 5 }, '/userId'],
  ])('with %o is refused with a pointer to the field', async (body, pointer) => {
    const refused = await recover(cast.laptop.tag, body);
    expectProblem(refused, 422, 'invalid-input');
    expect(pointers(refused)).toEqual([pointer]);
  });

  test('of an unknown asset is a 404', async () => {
    expectProblem(await recover('nothing', well), 404, 'not-found');
  });
});

describe('a seat', () => {
  const give = (externalId: string, licenseId: unknown) => post(`/users/${externalId}/seats`, { licenseId });

  test('is assigned', async () => {
    const { status, json } = await give(cast.emil.externalId, cast.license.id);
    expect(status).toBe(201);
    expect(json).toEqual({
      id: expect.any(Number),
      licenseId: cast.license.id,
      license: cast.license.name,
      userExternalId: cast.emil.externalId,
      assignedAt: expect.any(String),
    });
    expect(await em.fork().count(Seat, { id: json.id, userId: cast.emil.id })).toBe(1);
    expect(await lastEntry('seat.assigned')).toMatchObject({ actor: 'token:inventory' });
  });

  test('is refused for a user who has one, and when no seat is left', async () => {
    expectProblem(await give(cast.lena.externalId, cast.license.id), 409, 'already-has-seat');
    const { emil, rosa, timo, mira, license } = cast;
    const people = [emil, rosa, timo, mira];
    const given = await Promise.all(people.map(({ externalId }) => give(externalId, license.id)));
    expect(given.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409]);
    for (const called of given) if (called.status === 409) expectProblem(called, 409, 'no-seat-left');
  });

  test('needs a user and a license that exist', async () => {
    expectProblem(await give('nobody', cast.license.id), 404, 'not-found');
    for (const license of [2 ** 31 - 1, 2 ** 31, 0, -1, 1.5, '1', null, undefined]) {
      const refused = await give(cast.emil.externalId, license);
      expectProblem(refused, 422, 'invalid-input');
      expect(pointers(refused)).toEqual(['/licenseId']);
    }
  });
});

describe('a request', () => {
  const makeRequest = (externalId: string, body: object) => post(`/users/${externalId}/requests`, body);

  test('is created as pending', async () => {
    const { status, json } = await makeRequest(cast.emil.externalId, { item: ' Standing desk ', reason: '' });
    expect(status).toBe(201);
    expect(json).toEqual({
      id: expect.any(Number),
      item: 'Standing desk',
      reason: null,
      status: 'pending',
      userExternalId: cast.emil.externalId,
      createdAt: expect.any(String),
    });
    expect(await em.fork().count(Request, { id: json.id, userId: cast.emil.id })).toBe(1);
    expect(await lastEntry('request.created')).toMatchObject({ actor: 'token:inventory' });
  });

  test('is refused for an offboarded user, and without an item', async () => {
    await updateUser(em, 'system', cast.emil.id, { status: 'offboarded' });
    expectProblem(await makeRequest(cast.emil.externalId, { item: 'Desk' }), 409, 'already-offboarded');
    expectProblem(await makeRequest('nobody', { item: 'Desk' }), 404, 'not-found');
    expect(pointers(await makeRequest(cast.rosa.externalId, {}))).toEqual(['/item']);
  });
});
