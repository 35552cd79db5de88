import { beforeEach, describe, expect, test } from 'vitest';
import { createToken } from '../../../database/access/tokens.ts';
import { createAccount } from '../../../database/directory/accounts.ts';
import {
  ApiToken,
  HeldDeactivation,
  Notification,
  Offboarding,
  User,
} from '../../../database/entities/index.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { userById } from '../../../database/people/users.ts';
import { updateDirectoryLimit } from '../../../database/workspace/settings.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { statementsOf } from '../../../testing/cast/statements.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { messageBeside, messagesOn } from '../../../testing/web/page-messages.ts';
import { type Browserlike, startWeb } from '../../../testing/web/web.ts';
import { idp, provision, say, saying, workEmail } from '../../database/directory/directory.ts';

const own = await ownDatabase();
const { database } = own;
const { em } = database;
const web = await startWeb(own, { PUBLIC_URL: 'http://lastday.example' });
const address = '/settings/directory';

let cast: Cast;
let ada: Browserlike;
beforeEach(async () => {
  await em.fork().nativeDelete(HeldDeactivation, {});
  await limitTo(1_000_000);
  cast = await makeCast(database);
  ada = await web.signIn(cast.ada.email);
});

const limitTo = (directoryLimitCount: number) =>
  updateDirectoryLimit(em, 'system', {
    directoryLimit: 'on',
    directoryLimitCount,
    directoryLimitPercent: 100,
  });

const flat = (html: string) =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replace(/\s+/g, ' ');
const fieldIn = (html: string, name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1];
const isLeaving = async (userId: number) =>
  (await em.fork().count(Offboarding, { userId, state: 'open' })) === 1;

/** Deactivates new people whose effects wait, and returns their ids. */
async function hold(...names: string[]): Promise<number[]> {
  const accounts = [];
  for (const displayName of names) accounts.push(await provision(database, { displayName }));
  await limitTo(0);
  for (const { id } of accounts) await say(database, id, { active: false });
  return accounts.map(({ userId }) => userId);
}

/** Follows a decision to the page, and returns its message. */
async function messageAfter(path: string, fields: Record<string, string>) {
  const answer = await ada.post(path, fields);
  expect(answer.status).toBe(303);
  return messagesOn((await ada.get(answer.location!)).text);
}

test('the page says how to connect, and what a directory has sent', async () => {
  const { text: before } = await ada.get(address);
  expect(before).toContain('http://lastday.example/scim/v2');
  expect(flat(before)).toContain('Nothing is waiting');
  expect(flat(before)).toContain('No one to join');
  expect(flat(before)).toContain('No email to confirm');

  const { token } = await createToken(em, 'system', { name: `entra ${cast.ada.id}`, scopes: ['scim'] });
  await em.fork().nativeUpdate(ApiToken, { id: token.id }, { lastUsedAt: new Date('2099-01-31T10:15:00Z') });
  await provision(database);
  const { text } = await ada.get(address);
  expect(flat(text)).toMatch(/31 Jan 2099, 10:15.* with the token entra/);
  expect(flat(text)).toMatch(/Provisioned [1-9]/);
  const form = await ada.get('/settings/tokens/new?scopes=scim');
  expect(form.text).toMatch(/value="scim"\s+checked/);
});

test('it takes as many statements with a full list as with an empty one', async () => {
  const statements = () => statementsOf(() => ada.get(address));
  // The first request of a session takes one more.
  await ada.get(address);
  const empty = await statements();
  await hold('One', 'Two', 'Three');
  expect(await statements()).toHaveLength(empty.length);
});

describe('what waits', () => {
  test('is listed, and happens after a confirmation that says what follows', async () => {
    const [one, two] = await hold('Bo <Ek>', 'Li Na');
    const { text } = await ada.get(address);
    expect(text).toContain('Bo &lt;Ek&gt;');
    expect(flat(text)).toContain('entra');
    expect(flat(text)).toContain('2 to decide');

    expect((await ada.post(`${address}/held/release`, { ask: 'yes' })).status).toBe(422);
    const question = await ada.post(`${address}/held/release`, { ask: 'yes', ids: String(one) });
    expect(question.status).toBe(200);
    expect(flat(question.text)).toContain('Let 1 deactivation happen?');
    expect(flat(question.text)).toContain('1 offboarding opens with today as end date');
    expect(fieldIn(question.text, 'ids')).toBe(String(one));
    expect(await isLeaving(one!)).toBe(false);

    expect(await messageAfter(`${address}/held/release`, { ids: String(one) })).toBe(
      'success: Done for Bo <Ek>.',
    );
    expect([await isLeaving(one!), await isLeaving(two!)]).toEqual([true, false]);
    expect(await messageAfter(`${address}/held/release`, { ids: String(one) })).toContain('Already decided');
  });

  test('is about those who were held when the page was shown, when all are meant', async () => {
    const [one] = await hold('First Person');
    const until = fieldIn((await ada.get(address)).text, 'until')!;
    await new Promise((resolve) => setTimeout(resolve, 5));
    const [later] = await hold('Later Person');
    const question = await ada.post(`${address}/held/release`, { ask: 'yes', everyone: 'yes', until });
    expect(flat(question.text)).toContain('First Person');
    expect(flat(question.text)).not.toContain('Later Person');
    await ada.post(`${address}/held/release`, { everyone: 'yes', until });
    expect([await isLeaving(one!), await isLeaving(later!)]).toEqual([true, false]);
  });

  test('is dismissed, and of a super-admin nothing happens before', async () => {
    const other = await makeCast(database);
    const { id } = await provision(database, { emails: workEmail(other.ada.email) });
    const [one] = await hold('Dora Dismissed');
    await say(database, id, { active: false });
    const fields = { everyone: 'yes', until: new Date(Date.now() + 60_000).toISOString() };
    const question = await ada.post(`${address}/held/dismissal`, { ...fields, ask: 'yes' });
    expect(flat(question.text)).toContain('1 person stays without access');
    expect(flat(question.text)).toContain('1 super admin keeps access');
    expect(await messageAfter(`${address}/held/dismissal`, fields)).toContain('Dismissed for Dora Dismissed');
    expect(await isLeaving(one!)).toBe(false);
    expect((await userById(em, other.ada.id)).directoryInactive).toBe(false);
    expect(await em.fork().count(HeldDeactivation, {})).toBe(0);
  });
});

describe('to be joined', () => {
  test('an account and its candidates stand side by side, and one decision ends the question', async () => {
    const stated = saying({
      userName: `who.${cast.emil.id}`,
      displayName: 'Who Is It',
      employeeNumber: cast.emil.externalId,
      emails: workEmail(cast.timo.email),
    });
    await expect(createAccount(em, idp, stated)).rejects.toThrow();
    const { text } = await ada.get(address);
    for (const words of [`who.${cast.emil.id}`, cast.emil.name, cast.timo.name])
      expect(text).toContain(words);
    const id = /questions\/(\d+)\/person/.exec(text)![1];
    const path = `${address}/questions/${id}/person`;

    expect(await em.fork().count(Notification, { userId: cast.ada.id, kind: 'directory_question' })).toBe(1);
    const notifications = await ada.get('/notifications');
    expect(notifications.text).toContain('href="/settings/directory#to-join"');

    expect((await ada.post(path)).status).toBe(422);
    expect((await ada.post(path, { who: String(cast.lena.id) })).status).toBe(409);
    expect(await messageAfter(path, { who: String(cast.timo.id) })).toContain(`is ${cast.timo.name}.`);
    expect(await messageAfter(path, { who: 'new' })).toContain('Already decided');
    expect(await createAccount(em, idp, stated)).toMatchObject({ userId: cast.timo.id });
  });
});

test('the email of someone with a role changes or is kept', async () => {
  const { id } = await provision(database, { emails: workEmail(cast.ivo.email) });
  const ask = async (email: string) => {
    await say(database, id, { emails: workEmail(email) });
    const { text } = await ada.get(address);
    expect(text).toContain(email);
    return `${address}/questions/${/questions\/(\d+)\/email/.exec(text)![1]}/email`;
  };
  const kept = await ask(`kept.${cast.ivo.id}@x.example`);
  expect((await ada.post(kept)).status).toBe(422);
  expect(await messageAfter(kept, { answer: 'keep' })).toContain(`keeps ${cast.ivo.email}`);
  const changed = `changed.${cast.ivo.id}@x.example`;
  expect(await messageAfter(await ask(changed), { answer: 'change' })).toContain(`is now ${changed}`);
  expect((await userById(em, cast.ivo.id)).email).toBe(changed);
});

test('the limit is changed, and a refused number is shown again', async () => {
  const refused = await ada.post(`${address}/limit`, {
    directoryLimit: 'on',
    directoryLimitCount: 'many',
    directoryLimitPercent: '3',
  });
  expect(refused.status).toBe(422);
  expect(messageBeside(refused.text, 'directoryLimitCount')).toContain('Expected a whole number');
  expect(refused.text).toContain('value="many"');
  expect(
    await messageAfter(`${address}/limit`, {
      directoryLimit: 'off',
      directoryLimitCount: '7',
      directoryLimitPercent: '3',
    }),
  ).toBe('success: Directory limit saved.');
});

describe('a person', () => {
  test('who is inactive is marked everywhere, and found by the filter', async () => {
    const { id, userId } = await provision(database, { displayName: `Inactive ${cast.ada.id}` });
    await say(database, id, { active: false });
    const mark = 'Inactive in directory';
    const { text } = await ada.get(`/users/${userId}`);
    expect(flat(text)).toContain("No access: they can't sign in");
    expect(flat(text)).toContain('The directory opened it, because it deactivated them.');
    expect(flat((await ada.get(`/offboarding/${userId}`)).text)).toContain(
      'Opened by The directory, which deactivated them.',
    );
    const search = `q=${encodeURIComponent(`Inactive ${cast.ada.id}`)}`;
    for (const list of [
      `/users?${search}`,
      `/users?${search}&status=inactive-in-directory`,
      '/offboarding?window=7',
    ])
      expect(flat((await ada.get(list)).text), list).toContain(mark);

    const emil = `/users?q=${encodeURIComponent(cast.emil.email)}`;
    expect(flat((await ada.get(emil)).text)).toContain('1 person');
    expect(flat((await ada.get(`${emil}&status=inactive-in-directory`)).text)).toContain(
      'No matching people',
    );
  });

  test('whom HR lets go stays a leaver though the directory says active', async () => {
    const { id } = await provision(database, { emails: workEmail(cast.lena.email) });
    await em.fork().nativeUpdate(User, { id: cast.lena.id }, { hrStated: ['endDate'] });
    await say(database, id, { active: false });
    await say(database, id, { active: true });
    const { text } = await ada.get(`/users/${cast.lena.id}`);
    expect(flat(text)).toContain('The directory says active, HR has an end date.');
  });

  test('who has left and is active again may be a rehire', async () => {
    const { name, email } = cast.lena;
    const { id } = await provision(database, { displayName: name, emails: workEmail(email) });
    await say(database, id, { active: false });
    await clearChecklist(database, cast);
    await completeOffboarding(em, cast.offboardingId, `user:${cast.ivo.id}`);
    expect((await ada.get(`/users/${cast.lena.id}`)).text).not.toContain('rehire?');
    await say(database, id, { active: true });
    expect((await ada.get(`/users/${cast.lena.id}`)).text).toContain('The directory says active: rehire?');

    const { userId } = await provision(database, { emails: workEmail(cast.lena.email) });
    expect(userId).not.toBe(cast.lena.id);
    expect(flat((await ada.get(`/users/${userId}`)).text)).toContain(`${name}, offboarded on `);
  });
});

test('the notification about the limit leads to what waits', async () => {
  await hold('Someone Held');
  expect((await ada.get('/notifications')).text).toContain('href="/settings/directory#held"');
});
