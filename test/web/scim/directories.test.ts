import { describe, expect, test } from 'vitest';
import { DirectoryAccount, Offboarding, User } from '../../../database/entities/index.ts';
import { setEndDate } from '../../../database/offboarding/offboardings.ts';
import { todayIn } from '../../../domain/dates.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { complete, makeFormerEmployee } from '../../../testing/cast/former-employees.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { scimClient, urn } from '../../../testing/web/scim/client.ts';
import { type DirectoryPerson, dialects } from '../../../testing/web/scim/directories.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
const call = await scimClient(own.database, web.address);
// The limit of deactivations has tests of its own.
await em.getConnection().execute("update workspace set directory_limit = 'off'");

let people = 0;
const somebody = (more: Partial<DirectoryPerson> = {}): DirectoryPerson => {
  const number = ++people;
  return {
    userName: `person.${number}@idp.example`,
    externalId: `idp-${number}`,
    givenName: 'Lena',
    familyName: `Brandt ${number}`,
    email: `person.${number}@idp.example`,
    ...more,
  };
};

async function userOf(externalId: string): Promise<User> {
  const { userId } = await em.fork().findOneOrFail(DirectoryAccount, { externalId });
  return em.fork().findOneOrFail(User, { id: userId });
}
const offboardingsOf = (userId: number) =>
  em.fork().find(Offboarding, { userId }, { orderBy: { id: 'asc' } });

describe.each(Object.entries(dialects))('%s', (_name, directory) => {
  /** A person whom HR and the directory know, with the SCIM id. */
  async function provisioned(more: Partial<DirectoryPerson> = {}) {
    const person = somebody(more);
    const created = await directory.create(call, person);
    expect(created.status).toBe(201);
    const user = await userOf(person.externalId);
    const setActive = (active: boolean) => directory.setActive(call, created.json.id, active, person);
    return { person, id: created.json.id as string, user, created, setActive };
  }

  test('adds and changes a person', async () => {
    const { person, id, user, created } = await provisioned({ department: 'Sales' });
    expect(created.headers.get('location')).toBe(created.json.meta.location);
    expect(created.json).toMatchObject({
      schemas: [urn.user, urn.enterprise],
      externalId: person.externalId,
      active: true,
      emails: [{ value: person.email, type: 'work', primary: true }],
    });
    expect(JSON.stringify(created.json)).not.toMatch(/password|1mz050nq/);
    expect(user).toMatchObject({
      name: `Lena ${person.familyName}`,
      email: person.email,
      department: 'Sales',
    });

    const changed = await directory.setDepartment(call, id, 'Legal', { ...person, department: 'Legal' });
    expect(changed.status).toBe(200);
    expect(changed.json).toMatchObject({
      id,
      active: true,
      externalId: person.externalId,
      [urn.enterprise]: { department: 'Legal' },
    });
    expect((await userOf(person.externalId)).department).toBe('Legal');
  });

  test('active: false without an end date ends access and opens an offboarding of today', async () => {
    const cast = await makeCast(own.database);
    const browser = await web.signIn(cast.emil.email);
    expect((await browser.get('/me')).status).toBe(200);
    const { setActive, user } = await provisioned({
      employeeNumber: cast.emil.externalId,
      email: cast.emil.email,
    });
    expect(user.id).toBe(cast.emil.id);

    const { status, json } = await setActive(false);
    expect([status, json.active]).toEqual([200, false]);
    expect((await browser.get('/me')).status).toBe(303);
    expect(await userOf(json.externalId)).toMatchObject({
      status: 'active',
      directoryInactive: true,
      endDate: todayIn('UTC', new Date()),
    });
    expect(await offboardingsOf(user.id)).toMatchObject([{ state: 'open', openedByDirectory: true }]);
  });

  test('active: false with an end date ends access, and the date stays', async () => {
    const cast = await makeCast(own.database);
    const browser = await web.signIn(cast.lena.email);
    const { setActive, user } = await provisioned({
      employeeNumber: cast.lena.externalId,
      email: cast.lena.email,
    });
    expect((await setActive(false)).json.active).toBe(false);
    expect((await browser.get('/me')).status).toBe(303);
    expect((await em.fork().findOneOrFail(User, { id: user.id })).endDate).toBe(cast.lastDay);
    expect(await offboardingsOf(user.id)).toMatchObject([{ id: cast.offboardingId, state: 'open' }]);

    const back = await setActive(true);
    expect([back.status, back.json.active]).toEqual([200, true]);
    expect(await offboardingsOf(user.id)).toMatchObject([{ state: 'open', lastDay: cast.lastDay }]);
  });

  test('active: true cancels an offboarding that the directory alone opened', async () => {
    const { setActive, user } = await provisioned();
    await setActive(false);
    expect((await setActive(true)).json.active).toBe(true);
    expect(await offboardingsOf(user.id)).toMatchObject([{ state: 'cancelled' }]);
    expect(await em.fork().findOneOrFail(User, { id: user.id })).toMatchObject({
      endDate: null,
      directoryInactive: false,
    });
  });

  test('active: true cancels nothing once HR has stated a date', async () => {
    const { setActive, user, person } = await provisioned();
    await setActive(false);
    await setEndDate(em, 'token:hr', user.id, '2027-01-31');
    expect((await setActive(true)).json.active).toBe(true);
    expect(await offboardingsOf(user.id)).toMatchObject([{ state: 'open' }]);
    expect((await userOf(person.externalId)).endDate).toBe('2027-01-31');
  });

  test('active: true and a POST after the completion keep the view, and the gate stays passed', async () => {
    const { setActive, user, person, id } = await provisioned();
    await setActive(false);
    await complete(own.database, user.id);
    const before = await em.fork().findOneOrFail(User, { id: user.id });

    const back = await setActive(true);
    expect([back.status, back.json.active]).toEqual([200, true]);
    const again = await directory.create(call, person);
    expect([again.status, again.json.id, again.json.active]).toEqual([201, id, true]);
    const after = await em.fork().findOneOrFail(User, { id: user.id });
    expect(after).toMatchObject({
      status: 'offboarded',
      offboardingCompletedAt: before.offboardingCompletedAt,
    });
    expect((await offboardingsOf(user.id)).map(({ state }) => state)).toEqual(['completed']);
  });

  test('a POST with the employee number of someone completed is that person', async () => {
    const former = await makeFormerEmployee(own.database);
    const { user, created } = await provisioned({ employeeNumber: former.externalId, email: former.email });
    expect([user.id, created.json.active]).toEqual([former.id, true]);
    expect(user.status).toBe('offboarded');
  });

  test('a POST with only the address of someone completed is a new person', async () => {
    const former = await makeFormerEmployee(own.database);
    const { user } = await provisioned({ email: former.email });
    expect(user.id).not.toBe(former.id);
    expect(user).toMatchObject({ status: 'active', email: former.email });
  });
});
