import { expect, test } from 'vitest';
import { offboardingActivities } from '../../activities/offboardings.ts';
import { statementsOfCompletion, statementsOfEndDate } from '../../bench/statements.ts';
import { makeLog } from '../../config/log.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { statementsOf } from '../../testing/cast/statements.ts';
import { apiOfPeople } from '../web/api/users/setup.ts';

const { database, call } = await apiOfPeople();

test('the bare completion sends as many statements as the real step', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  const { offboardingId, ivo } = cast;
  const { complete } = offboardingActivities({ database, log: makeLog('worker', 'silent') });
  const statements = await statementsOf(() =>
    complete({ offboardingId, actor: `user:${ivo.id}`, requestedAt: Date.now() }),
  );
  expect(statements).toHaveLength(statementsOfCompletion);
});

test('the bare end date sends as many statements as the real API call', async () => {
  const { lena, emil } = await makeCast(database);
  const set = (externalId: string, endDate: string) =>
    statementsOf(() => call('PATCH', `/users/${externalId}`, { body: { endDate } }));
  // Make one call first, because a token's use is stored once a minute.
  await set(lena.externalId, '2099-01-30');
  expect(await set(lena.externalId, '2099-01-31')).toHaveLength(statementsOfEndDate);
  expect((await set(emil.externalId, '2099-01-31')).length - statementsOfEndDate).toBeLessThanOrEqual(1);
});
