import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import { reminderActivities } from '../../activities/reminders.ts';
import { makeCast } from '../../testing/cast/cast.ts';
import { testDependencies } from '../../testing/cast/engine.ts';
import { remindersOf } from '../../testing/cast/reminders.ts';
import { ownDatabase } from '../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { fireReminder } = reminderActivities(testDependencies(database));

test("a reminder fires when its timer fires, even if the local clock is behind Temporal's", async () => {
  const { lena, offboardingId } = await makeCast(database);
  const tomorrow = new Date(Date.now() + 86_400_000);
  const reminder = (await remindersOf(database, lena.id)).find(({ dueAt }) => dueAt > tomorrow)!;
  const scheduledTimestampMs = reminder.dueAt.getTime() + 5;
  await new MockActivityEnvironment({ scheduledTimestampMs }).run(fireReminder, offboardingId, reminder.id);
  const { state } = (await remindersOf(database, lena.id)).find(({ id }) => id === reminder.id)!;
  expect(state).toBe('fired');
});
