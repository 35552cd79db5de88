import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { describe, expect, test } from 'vitest';
import { cancelOffboarding, setEndDate } from '../../../database/offboarding/offboardings.ts';
import { updateUser } from '../../../database/people/users.ts';
import { addDays } from '../../../domain/dates.ts';
import { complete, lastDayChanged } from '../../../engine/contract.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { asIvo, ownLeavers } from './setting.ts';

const { relay, ask, handleOf, database, untilShown, askedFor } = await ownLeavers();

describe('a leaver', () => {
  test('has a workflow that shows the open items as soon as the end date is set', async () => {
    const { offboardingId, lastDay } = await makeCast(database);
    await relay();
    await untilShown(offboardingId, {
      status: 'RUNNING',
      state: 'waiting',
      lastDay,
      hardware: 1,
      seats: 1,
      requests: 1,
      department: 'Engineering',
      needsAttention: false,
    });
  });

  test('is clear once the last item is closed', async () => {
    const cast = await makeCast(database);
    await relay();
    await clearChecklist(database, cast);
    await relay();
    await untilShown(cast.offboardingId, { state: 'clear', hardware: 0, seats: 0, requests: 0 });
  });

  test('has a workflow that follows a moved end date, and ends when the date is cleared', async () => {
    const { offboardingId, lena, nora, lastDay } = await makeCast(database);
    const later = addDays(lastDay, 10);
    await relay();
    await setEndDate(database.em, `user:${nora.id}`, lena.id, later);
    await relay();
    await untilShown(offboardingId, { lastDay: later });
    await cancelOffboarding(database.em, `user:${nora.id}`, lena.id);
    await relay();
    await untilShown(offboardingId, { status: 'COMPLETED', state: 'cancelled' });
  });

  test('has a workflow that gets everything by signals, and runs no activity for a new date', async () => {
    const { offboardingId, lena, nora, lastDay } = await makeCast(database);
    await relay();
    await untilShown(offboardingId, { lastDay });
    await setEndDate(database.em, `user:${nora.id}`, lena.id, addDays(lastDay, 10));
    await relay();
    await expect.poll(() => askedFor(offboardingId)).toEqual({ timers: 2, signals: 2, activities: [] });
  });

  test('has a workflow that queries the next reminder when a signal has a last day without one', async () => {
    const { offboardingId, lastDay } = await makeCast(database);
    await relay();
    await untilShown(offboardingId, { lastDay });
    const told = { date: lastDay, zone: 'UTC', state: 'open' as const, revision: 1_000 };
    await handleOf(offboardingId).signal(lastDayChanged, told);
    await expect.poll(() => askedFor(offboardingId)).toMatchObject({ activities: ['nextReminder'] });
  });

  test('is shown with their department, also after a change', async () => {
    const { offboardingId, lena } = await makeCast(database);
    const show = async (department: string | null) => {
      await updateUser(database.em, 'token:hr', lena.id, { department });
      await relay();
      await untilShown(offboardingId, { department: department?.slice(0, 200) });
    };
    await relay();
    await untilShown(offboardingId, { department: 'Engineering' });
    await show('Alumni');
    await show(null);
    await show('D'.repeat(300));
  });

  test('has no name and no address in Temporal', async () => {
    const cast = await makeCast(database);
    await relay();
    await clearChecklist(database, cast);
    await ask(complete, cast.offboardingId, asIvo(cast));
    const history = historyToJSON(await handleOf(cast.offboardingId).fetchHistory());
    const payloads = [...history.matchAll(/"data":\s*"([^"]+)"/g)].map(([, data]) => atob(data!));
    const text = [history, ...payloads].join('\n');
    expect(text).toContain(`user:${cast.ivo.id}`);
    for (const { name, email, externalId } of [cast.lena, cast.ivo, cast.mira, cast.rosa]) {
      for (const part of [name, email, externalId, ...name.split(' ')]) expect(text).not.toContain(part);
    }
  });
});
