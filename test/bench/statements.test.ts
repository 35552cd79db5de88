import { expect, test } from 'vitest';
import { offboardingActivities } from '../../activities/offboardings.ts';
import { statementsOfCompletion, statementsOfEndDate } from '../../bench/statements.ts';
import { makeLog } from '../../config/log.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { statementsOf } from '../../testing/cast/statements.ts';
import { apiOfPeople } from '../web/api/users/setting.ts';

const { database, call } = await apiOfPeople();

test('what a completion is held against sends as many statements as its step', async () => {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  const { offboardingId, ivo } = cast;
  const { complete } = offboardingActivities({ database, log: makeLog('worker', 'silent') });
  const statements = await statementsOf(() =>
    complete({ offboardingId, actor: `user:${ivo.id}`, requestedAt: Date.now() }),
  );
  expect(statements).toHaveLength(statementsOfCompletion);
});

test('what an end date over the API is held against sends as many statements', async () => {
  const { lena, emil } = await makeCast(database);
  const set = (externalId: string, endDate: string) =>
    statementsOf(() => call('PATCH', `/users/${externalId}`, { body: { endDate } }));
  // The first call with a token is written down, once a minute.
  await set(lena.externalId, '2099-01-30');
  expect(await set(lena.externalId, '2099-01-31')).toHaveLength(statementsOfEndDate);
  expect((await set(emil.externalId, '2099-01-31')).length - statementsOfEndDate).toBeLessThanOrEqual(1);
});
