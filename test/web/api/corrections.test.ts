import { beforeEach, describe, expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { AuditEntry } from '../../../database/entities/index.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
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
const recover = (tag: string) =>
  call('POST', `/assets/${tag}/recovery`, { body: { condition: 'good', nextStatus: 'in_stock' } });
const correct = (tag: string, body: object = {}) =>
  call('POST', `/assets/${tag}/recovery/correction`, { body });

describe('(R19) a correction', () => {
  test('reopens the assignment before the completion', async () => {
    const { laptop, lena } = cast;
    await recover(laptop.tag);
    const { status, json } = await correct(laptop.tag, { assignmentId: laptop.assignmentId });
    expect([status, json]).toEqual([
      200,
      {
        outcome: 'reopened',
        tag: laptop.tag,
        status: 'assigned',
        holder: { id: lena.id, externalId: lena.externalId, name: lena.name },
      },
    ]);
    const again = await correct(laptop.tag, { assignmentId: laptop.assignmentId });
    expect(again.json).toEqual({ ...json, outcome: 'unchanged' });
  });

  test('is recorded after the completion, and ends with a recovery', async () => {
    const { laptop, lena, emil } = cast;
    await clearChecklist(own.database, cast);
    await completeOffboarding(em, cast.offboardingId, 'system');
    expect((await correct(laptop.tag)).json).toMatchObject({ outcome: 'corrected', status: 'assigned' });
    expect(await em.fork().count(AuditEntry, { action: 'asset.recovery_corrected', userId: lena.id })).toBe(
      1,
    );
    const held = await assign(laptop.tag, { userExternalId: emil.externalId });
    expectProblem(held, 409, 'already-assigned');
    const recovered = await recover(laptop.tag);
    expect(recovered.json).toMatchObject({ outcome: 'recovered', formerHolder: { id: lena.id } });
    expect((await assign(laptop.tag, { userExternalId: emil.externalId })).status).toBe(201);
  });

  test('is refused with the reason', async () => {
    const { laptop, spare } = cast;
    expectProblem(await correct(laptop.tag), 409, 'already-assigned');
    expectProblem(await correct(spare.tag), 409, 'never-assigned');
    const another = await correct(spare.tag, { assignmentId: laptop.assignmentId });
    expectProblem(another, 409, 'out-of-date');
    expectProblem(await correct('nothing'), 404, 'not-found');
    for (const [body, pointer] of [
      [{ assignmentId: '1' }, '/assignmentId'],
      [{ condition: 'good' }, '/condition'],
    ] as const) {
      const refused = await correct(laptop.tag, body);
      expectProblem(refused, 422, 'invalid-input');
      expect(pointers(refused)).toEqual([pointer]);
    }
  });
});
