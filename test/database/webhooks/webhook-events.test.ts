import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { sqlOf } from '../../../database/core/tables.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { assignSeat, revokeSeat } from '../../../database/inventory/seats.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { openForCompletion } from '../../../database/offboarding/completion-without-end-date.ts';
import { cancelOffboarding, setEndDate } from '../../../database/offboarding/offboardings.ts';
import { updateUser } from '../../../database/people/users.ts';
import { deleteEndpoint, pauseEndpoint } from '../../../database/webhooks/endpoints.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist, recoverLaptop, rejectRequest } from '../../../testing/cast/clearing.ts';
import { statementsOf } from '../../../testing/cast/statements.ts';
import { deliveriesTo, subscribe } from '../../../testing/cast/webhooks.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;

/** A cast, and an endpoint that receives all events after the cast was made. */
async function castWithEndpoint() {
  const cast = await makeCast(database);
  const { id } = await subscribe(database);
  const received = async () => (await deliveriesTo(database, id)).map(({ type, data }) => ({ type, data }));
  const types = async () => (await received()).map(({ type }) => type);
  return { ...cast, endpointId: id, received, types };
}

const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

describe('a webhook event is published when', () => {
  test('an offboarding starts, with its actor', async () => {
    const { nora, emil, received } = await castWithEndpoint();
    await setEndDate(em, `user:${nora.id}`, emil.id, '2099-03-31');
    expect(await received()).toEqual([
      {
        type: 'offboarding.started',
        data: {
          user: {
            id: emil.id,
            externalId: emil.externalId,
            name: emil.name,
            email: emil.email,
            department: 'Engineering',
            jobTitle: null,
            endDate: '2099-03-31',
          },
          startedBy: {
            type: 'user',
            id: nora.id,
            name: nora.name,
            externalId: nora.externalId,
            email: nora.email,
          },
          offboarding: { id: expect.any(Number), openedAt: iso },
        },
      },
    ]);
  });

  test('the end date moves, with the previous date', async () => {
    const { lena, lastDay, offboardingId, received } = await castWithEndpoint();
    await setEndDate(em, 'token:hr', lena.id, '2099-04-30');
    expect(await received()).toMatchObject([
      {
        type: 'offboarding.end_date_changed',
        data: {
          user: { id: lena.id, endDate: '2099-04-30' },
          previousEndDate: lastDay,
          changedBy: { type: 'token', id: null, name: 'hr', externalId: null, email: null },
          offboarding: { id: offboardingId },
        },
      },
    ]);
    await setEndDate(em, 'token:hr', lena.id, '2099-04-30');
    expect(await received()).toHaveLength(1);
  });

  test('the offboarding is cancelled', async () => {
    const { nora, lena, offboardingId, received } = await castWithEndpoint();
    await cancelOffboarding(em, `user:${nora.id}`, lena.id);
    expect(await received()).toMatchObject([
      {
        type: 'offboarding.cancelled',
        data: {
          user: { id: lena.id, endDate: null },
          cancelledBy: {
            type: 'user',
            id: nora.id,
            name: nora.name,
            externalId: nora.externalId,
            email: nora.email,
          },
          offboarding: { id: offboardingId, openedAt: iso, cancelledAt: iso },
        },
      },
    ]);
  });

  test('the offboarding is completed', async () => {
    const cast = await castWithEndpoint();
    await clearChecklist(database, cast);
    await completeOffboarding(em, cast.offboardingId, `user:${cast.ivo.id}`);
    expect((await cast.received()).at(-1)).toMatchObject({
      type: 'user.offboarded',
      data: {
        user: { id: cast.lena.id, endDate: cast.lastDay },
        completedBy: {
          type: 'user',
          id: cast.ivo.id,
          name: cast.ivo.name,
          externalId: cast.ivo.externalId,
          email: cast.ivo.email,
        },
        offboarding: { id: cast.offboardingId, openedAt: iso, completedAt: iso },
      },
    });
  });

  test('a person without an end date is completed: started and offboarded', async () => {
    const { nora, emil, types } = await castWithEndpoint();
    const offboarding = await openForCompletion(em, `user:${nora.id}`, emil.id);
    await completeOffboarding(em, offboarding.id, `user:${nora.id}`);
    expect(await types()).toEqual(['offboarding.started', 'user.offboarded']);
  });

  test('the end date of a person marked offboarded is cleared', async () => {
    const { nora, lena, lastDay, received } = await castWithEndpoint();
    await updateUser(em, `user:${nora.id}`, lena.id, { status: 'offboarded' });
    await updateUser(em, `user:${nora.id}`, lena.id, { endDate: null });
    expect(await received()).toMatchObject([
      {
        type: 'offboarding.end_date_changed',
        data: { user: { endDate: null }, previousEndDate: lastDay },
      },
    ]);
  });
});

describe('offboarding.cleared is published', () => {
  test('when the last item of any kind is cleared, and not before', async () => {
    const cast = await castWithEndpoint();
    await clearChecklist(database, cast);
    expect(await cast.received()).toMatchObject([
      {
        type: 'offboarding.cleared',
        data: {
          user: { id: cast.lena.id },
          clearedBy: {
            type: 'user',
            id: cast.ivo.id,
            name: cast.ivo.name,
            externalId: cast.ivo.externalId,
            email: cast.ivo.email,
          },
          offboarding: { id: cast.offboardingId, openedAt: iso, clearedAt: iso },
        },
      },
    ]);
  });

  test('again when an item is assigned and cleared again', async () => {
    const cast = await castWithEndpoint();
    await clearChecklist(database, cast);
    await assignAsset(em, `user:${cast.ivo.id}`, cast.laptop.id, cast.lena.id);
    expect(await cast.types()).toHaveLength(1);
    await recoverLaptop(database, cast);
    expect(await cast.types()).toEqual(['offboarding.cleared', 'offboarding.cleared']);
    // The second recovery changes nothing.
    await recoverLaptop(database, cast);
    expect(await cast.types()).toHaveLength(2);
  });

  test('for leavers only', async () => {
    const { ivo, nora, lena, emil, spare, license, ...rest } = await castWithEndpoint();
    await assignSeat(em, `user:${ivo.id}`, license.id, emil.id);
    await assignAsset(em, `user:${ivo.id}`, spare.id, emil.id);
    await recoverLaptop(database, { ...rest, ivo, laptop: { ...spare, assignmentId: 0 } });
    await cancelOffboarding(em, `user:${nora.id}`, lena.id);
    await clearChecklist(database, { ...rest, ivo });
    expect(await rest.types()).toEqual(['offboarding.cancelled']);
  });

  test('once when the last two items are cleared concurrently', async () => {
    const cast = await castWithEndpoint();
    await revokeSeat(em, `user:${cast.ivo.id}`, cast.seatId);
    await Promise.all([recoverLaptop(database, cast), rejectRequest(database, cast)]);
    expect(await cast.types()).toEqual(['offboarding.cleared']);
  });
});

describe('an event goes', () => {
  test('to the endpoints that have chosen it, by one statement, and is stored if there are none', async () => {
    const { nora, lena } = await makeCast(database);
    const [chosen, other, removed] = [
      await subscribe(database, 'https://a.example', ['offboarding.end_date_changed']),
      await subscribe(database, 'https://b.example', ['user.offboarded']),
      await subscribe(database, 'https://c.example', ['offboarding.end_date_changed']),
    ];
    await deleteEndpoint(em, 'system', removed.id);
    const statements = await statementsOf(() => setEndDate(em, `user:${nora.id}`, lena.id, '2099-01-31'));
    expect(statements.filter((text) => text.includes('webhook_'))).toHaveLength(1);
    expect(await deliveriesTo(database, chosen.id)).toMatchObject([{ state: 'pending', closed: false }]);
    expect(await deliveriesTo(database, other.id)).toEqual([]);
    expect(await deliveriesTo(database, removed.id)).toEqual([]);

    await deleteEndpoint(em, 'system', chosen.id);
    await setEndDate(em, `user:${nora.id}`, lena.id, '2099-02-28');
    const { rows } = await sql`
      select from webhook_events where type = 'offboarding.end_date_changed' and data->'user'->>'endDate' = '2099-02-28'
        and (data->'user'->>'id')::int = ${lena.id}`.execute(sqlOf(em.fork()));
    expect(rows).toHaveLength(1);
  });

  test('to a disabled endpoint as a disabled delivery', async () => {
    const { nora, lena } = await makeCast(database);
    const { id } = await subscribe(database);
    await pauseEndpoint(em, 'system', id);
    await setEndDate(em, `user:${nora.id}`, lena.id, '2099-01-31');
    expect(await deliveriesTo(database, id)).toMatchObject([
      { state: 'disabled', closed: true, waits: null },
    ]);
  });

  test('nowhere when the change is rolled back', async () => {
    const { lena, types } = await castWithEndpoint();
    await expect(
      updateUser(em, 'system', lena.id, { endDate: '2099-01-31', startDate: '2100-01-01' }),
    ).rejects.toThrow();
    expect(await types()).toEqual([]);
  });
});
