import { beforeEach, describe, expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { AuditEntry, Request } from '../../../database/entities/index.ts';
import { assetById } from '../../../database/inventory/assets.ts';
import { createRequest } from '../../../database/inventory/requests.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { apiAt, expectProblem, pointers } from '../../../testing/web/api.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
const { value } = await createToken(em, 'system', { name: 'inventory', scopes: ['assets:write'] });
const call = apiAt(web.address, value);

let cast: Cast;
beforeEach(async () => {
  cast = await makeCast(own.database);
});

const assign = (tag: string, body: object) => call('POST', `/assets/${tag}/assignment`, { body });

describe('(R20) an assignment', () => {
  const statusOf = async (id: number) => (await em.fork().findOneOrFail(Request, { id })).status;

  test('with a request fulfils it, and names the asset in the audit trail', async () => {
    const { spare, lena, requestId } = cast;
    const { status } = await assign(spare.tag, { userExternalId: lena.externalId, requestId });
    expect([status, await statusOf(requestId)]).toEqual([201, 'fulfilled']);
    expect(
      await em.fork().findOne(AuditEntry, { userId: lena.id, action: 'request.resolved' }),
    ).toMatchObject({
      actor: 'token:inventory',
      details: { requestId, outcome: 'fulfilled', tag: spare.tag },
    });
  });

  test('without a request leaves the requests as they are', async () => {
    const { spare, lena, requestId } = cast;
    expect((await assign(spare.tag, { userExternalId: lena.externalId })).status).toBe(201);
    expect(await statusOf(requestId)).toBe('pending');
  });

  test('with a request of another person, or a closed one, is refused', async () => {
    const { spare, lena, emil, requestId } = cast;
    const others = await createRequest(em, 'system', emil.id, { item: 'Desk', reason: null });
    for (const wrong of [others, 999_999, '1', null, 0]) {
      const refused = await assign(spare.tag, { userExternalId: lena.externalId, requestId: wrong });
      expectProblem(refused, 422, 'invalid-input');
      expect(pointers(refused)).toEqual(['/requestId']);
    }
    await em.fork().nativeUpdate(Request, { id: requestId }, { status: 'cancelled' });
    const closed = await assign(spare.tag, { userExternalId: lena.externalId, requestId });
    expectProblem(closed, 409, 'request-closed');
    expect((await assetById(em, spare.id)).holder).toBeNull();
  });
});
