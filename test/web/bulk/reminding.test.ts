import { expect } from 'vitest';
import { AuditEntry, Notification, ReminderByHand, User } from '../../../database/entities/index.ts';
import { addNote } from '../../../database/offboarding/handling/notes.ts';
import { changeOwner } from '../../../database/offboarding/handling/owner.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { consoleTests } from '../../../testing/web/console.ts';
import { fieldsOf } from '../../../testing/web/form.ts';
import type { Browserlike } from '../../../testing/web/web.ts';

const { database, em, web, test } = await consoleTests();
const address = '/offboarding/reminders';

/** Sends the form of the page, and returns where the results are. */
async function press(admin: Browserlike, question: string) {
  const action = /action="([^"]*reminders[^"]*)"/.exec(question)![1]!;
  return admin.post(action.replaceAll('&amp;', '&'), fieldsOf(question, action));
}

test('all overdue leavers are reminded at most once a day, however many admins press', async () => {
  const overdue = [await makeCast(database, -3), await makeCast(database, -1)];
  const clear = await makeCast(database, -2);
  await clearChecklist(database, clear);
  await makeCast(database, 5);
  const [ivo, nora] = await Promise.all(
    [overdue[0]!.ivo.email, overdue[1]!.nora.email].map((email) => web.signIn(email)),
  );
  expect((await ivo!.get('/offboarding')).text).toContain(`href="${address}?window=30"`);
  const questions = await Promise.all([ivo!, nora!].map((admin) => admin.get(address)));
  expect(questions[0]!.text).toContain('Send reminders about 2 people');
  const answers = await Promise.all(
    [ivo!, nora!].map((admin, place) => press(admin, questions[place]!.text)),
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
  const { sentBy } = await em
    .fork()
    .findOneOrFail(ReminderByHand, { offboardingId: overdue[0]!.offboardingId });
  const sender = {
    [`user:${overdue[0]!.ivo.id}`]: 'Ivo Marin',
    [`user:${overdue[1]!.nora.id}`]: 'Nora Keller',
  }[sentBy];
  const card = (await ivo!.get(`/offboarding/${overdue[0]!.lena.id}`)).text.split('id="reminders-title"')[1]!;
  expect(card).toMatch(
    new RegExp(`Sent</h3>[\\s\\S]*Sent by <bdi>${sender}</bdi>[\\s\\S]*<time datetime="[^"]+">`),
  );
  const after = await ivo!.get(address);
  expect(after.text).toContain('2 overdue people already got a reminder today.');
  expect(after.text).toContain('No one to remind');
});

test('only those are reminded whom the filters of the queue showed, and the page says who', async () => {
  const [one, other] = [await makeCast(database, -3), await makeCast(database, -3)];
  const { ivo, lena, mira } = one;
  const fork = em.fork();
  await fork.nativeUpdate(User, { id: lena.id }, { name: 'Lena Filtered', department: 'Research' });
  await fork.nativeUpdate(User, { id: mira.id }, { name: 'Mira Filtering' });
  await changeOwner(em, `user:${ivo.id}`, lena.id, ivo.id);
  await addNote(em, ivo.id, lena.id, 'Calls back');
  const admin = await web.signIn(ivo.email);
  const filters = {
    'department=Research': 'department “Research”',
    'manager=mira+filtering': 'manager “mira filtering”',
    'owner=me': 'owner “Ivo Marin”',
    'with=notes': '“With notes”',
  };
  for (const [query, words] of Object.entries(filters)) {
    const page = (await admin.get(`/offboarding?${query}`)).text;
    const link = /href="([^"]*)">Remind all overdue/.exec(page)![1]!.replaceAll('&amp;', '&');
    const { text } = await admin.get(link);
    expect(text, query).toContain(words);
    expect(text, query).toContain('Send reminders about 1 person');
    expect(text.includes('Lena Filtered') && !text.includes('Lena Brandt'), query).toBe(true);
  }
  const everyFilter = `?${Object.keys(filters).join('&')}&show=overdue`;
  const { location } = await press(admin, (await admin.get(address + everyFilter)).text);
  expect((await admin.get(location!)).text).toContain('Reminders sent about 1 person');
  const reminded = ({ lena: leaver }: Cast) =>
    em.fork().count(AuditEntry, { userId: leaver.id, action: 'offboarding.reminded' });
  expect([await reminded(one), await reminded(other)]).toEqual([1, 0]);
  expect((await admin.get(`${address}${everyFilter}`)).text).toContain('No one to remind');
  expect((await admin.get(`${address}?show=week`)).text).toContain('group “This week”');
  expect((await admin.get('/offboarding?show=week')).text).not.toContain('Remind all overdue');
});
