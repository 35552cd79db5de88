import { expect, test } from 'vitest';
import { verifyCredentials } from '../../database/access/credentials.ts';
import { readSnapshots } from '../../database/offboarding/snapshots.ts';
import { castPassword, makeCast } from '../../testing/cast/cast.ts';
import { ownDatabase } from '../../testing/servers/database.ts';

const { database } = await ownDatabase();

test('the cast signs in, and Lena leaves with one of each', async () => {
  const { ada, lena, offboardingId, laptop, seatId, requestId, lastDay } = await makeCast(database);

  expect(await verifyCredentials(database.em, ada.email, castPassword)).toBe(ada.id);
  expect(await readSnapshots(database.em, [offboardingId])).toMatchObject([
    {
      userId: lena.id,
      lastDay: { date: lastDay },
      hardware: { ids: [laptop.assignmentId] },
      seats: { ids: [seatId] },
      requests: { ids: [requestId] },
    },
  ]);
});

test('a second cast stands beside the first', async () => {
  const first = await makeCast(database);
  const second = await makeCast(database);
  expect(second.lena.email).not.toBe(first.lena.email);
});
