import { beforeEach, describe, expect, test } from 'vitest';
import { Mail, Notification, User } from '../../../database/entities/index.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { createDueDigests } from '../../../database/mail/digests.ts';
import { waitingMail } from '../../../database/mail/mails.ts';
import { replayMail } from '../../../database/mail/replays.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { setEndDate } from '../../../database/offboarding/offboardings.ts';
import { fireReminder } from '../../../database/offboarding/reminders.ts';
import { createUser, updateUser } from '../../../database/people/users.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { reminderNamed } from '../../../testing/cast/reminders.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;

let cast: Cast;
/** A contractor without an email, whose manager is Mira. */
let paulo: number;
beforeEach(async () => {
  cast = await makeCast(database);
  paulo = await createUser(em, 'system', { name: 'Paulo', managerId: cast.mira.id });
});

const mailsTo = (userId: number) => em.fork().find(Mail, { userId });

describe('a leaver without an email (R16)', () => {
  test('is notified in the console, and the mail goes to the manager and IT', async () => {
    await assignAsset(em, 'system', cast.spare.id, paulo);
    await setEndDate(em, 'system', paulo, cast.lastDay);
    const { id, dueAt } = await reminderNamed(database, paulo, '1 before');
    await fireReminder(em, id, dueAt);
    const notified = await em.fork().find(Notification, { aboutUserId: paulo });
    expect(notified.map(({ userId }) => userId)).toEqual(
      expect.arrayContaining([paulo, cast.mira.id, cast.ivo.id]),
    );
    const later = new Date(dueAt.getTime() + 86_400_000);
    await createDueDigests(em.fork(), 0, later);
    await createDueDigests(em.fork(), 0, new Date(later.getTime() + 86_400_000));
    expect(await mailsTo(paulo)).toEqual([]);
    expect(await mailsTo(cast.mira.id)).toMatchObject([{ kind: 'reminders' }]);
    expect(await mailsTo(cast.ivo.id)).toMatchObject([{ kind: 'reminders' }]);
    expect(await em.fork().count(Notification, { userId: paulo, mailConsideredAt: null })).toBe(0);
  });
});

describe('a manager without an email (R16)', () => {
  test('is notified of a completion in the console alone', async () => {
    await updateUser(em, 'system', cast.lena.id, { managerId: paulo });
    await clearChecklist(database, cast);
    await completeOffboarding(em, cast.offboardingId, `user:${cast.ivo.id}`);
    expect(await em.fork().find(Notification, { userId: paulo })).toMatchObject([
      { kind: 'offboarding_completed' },
    ]);
    expect(await mailsTo(paulo)).toEqual([]);
  });
});

test('a mail whose receiver has lost the address is neither sent nor sent again (R16)', async () => {
  const userId = await createUser(em, 'system', { name: 'Ana', email: `ana${paulo}@x.example` });
  const fork = em.fork();
  const mail = fork.create(Mail, { userId, kind: 'reminders' });
  await fork.flush();
  expect((await waitingMail(em.fork(), mail.id, 1))?.receiver).toMatchObject({ name: 'Ana' });
  await updateUser(em, 'system', userId, { email: null });
  expect((await waitingMail(em.fork(), mail.id, 1))?.receiver).toBeNull();
  await em.fork().nativeUpdate(Mail, { id: mail.id }, { state: 'failed', closedAt: new Date() });
  await expect(replayMail(em, 'system', mail.id)).rejects.toThrow('This person has no email. Add one first.');
  expect(await em.fork().count(Mail, { userId, state: 'pending' })).toBe(0);
  expect(await em.fork().count(User, { id: userId, email: null })).toBe(1);
});
