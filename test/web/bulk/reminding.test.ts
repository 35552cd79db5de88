import { expect } from 'vitest';
import { AuditEntry, Notification, ReminderByHand } from '../../../database/entities/index.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { consoleTests } from '../../../testing/web/console.ts';
import { fieldsOf } from '../../../testing/web/form.ts';

const { database, em, web, test } = await consoleTests();
const address = '/offboarding/reminders';

test('all overdue leavers are reminded at most once a day, however many admins press', async () => {
  const overdue = [await makeCast(database, -3), await makeCast(database, -1)];
  const clear = await makeCast(database, -2);
  await clearChecklist(database, clear);
  await makeCast(database, 5);
  const [ivo, nora] = await Promise.all(
    [overdue[0]!.ivo.email, overdue[1]!.nora.email].map((email) => web.signIn(email)),
  );
  expect((await ivo!.get('/offboarding')).text).toContain(`href="${address}"`);
  const questions = await Promise.all([ivo!, nora!].map((admin) => admin.get(address)));
  expect(questions[0]!.text).toContain('Send reminders about 2 people');
  const answers = await Promise.all(
    [ivo!, nora!].map((admin, place) => admin.post(address, fieldsOf(questions[place]!.text, address))),
  );
  const pages = await Promise.all(answers.map(({ location }) => ivo!.get(location!)));
  const count = (text: string) => pages.reduce((sum, page) => sum + page.text.split(text).length - 1, 0);
  expect([count('>Sent<'), count('Already reminded today.')]).toEqual([2, 2]);
  for (const { lena, mira, ivo: admin } of overdue) {
    const sent = await em.fork().find(Notification, { aboutUserId: lena.id, kind: 'offboarding_reminder' });
    const receivers = sent.map(({ userId }) => userId);
    expect(receivers).toEqual(expect.arrayContaining([lena.id, mira.id, admin.id]));
    expect(new Set(receivers).size).toBe(receivers.length);
    expect(await em.fork().count(AuditEntry, { userId: lena.id, action: 'offboarding.reminded' })).toBe(1);
  }
  expect(await em.fork().count(ReminderByHand)).toBe(2);
  const after = await ivo!.get(address);
  expect(after.text).toContain('2 overdue people already got a reminder today.');
  expect(after.text).toContain('No one to remind');
});
