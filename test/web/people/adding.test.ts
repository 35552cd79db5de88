import { beforeEach, describe, expect, test } from 'vitest';
import { AuditEntry, User } from '../../../database/entities/index.ts';
import { userById } from '../../../database/people/users.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { startWeb } from '../../../testing/web/web.ts';
import { type Setup, setUpAdmin } from './setup.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);

let cast: Setup['cast'];
let nora: Setup['nora'];
beforeEach(async () => {
  ({ cast, nora } = await setUpAdmin(own.database, web));
});

describe('a new user', () => {
  test('is added with a manager given by email', async () => {
    const { status, location } = await nora.post('/users', {
      name: ' Íris Þórsdóttir ',
      email: 'iris@x.example',
      department: 'Sales',
      manager: cast.mira.email,
      endDate: '2099-01-31',
      role: 'super-admin',
      status: 'active',
    });
    expect(status).toBe(303);
    const id = Number(/^\/users\/(\d+)$/.exec(location!)![1]);
    expect(await userById(em, id)).toMatchObject({
      name: 'Íris Þórsdóttir',
      managerId: cast.mira.id,
      endDate: '2099-01-31',
      role: 'employee',
    });
    expect(await em.fork().findOneOrFail(AuditEntry, { userId: id, action: 'user.created' })).toMatchObject({
      actor: `user:${cast.nora.id}`,
    });
    expect((await nora.get(location!)).text).toContain(' added.');
  });

  test.each([
    [{ name: '' }, 'Fill this in.'],
    [{ name: 'x'.repeat(201) }, 'At most 200 characters'],
    [{ name: 'two\nlines' }, 'Character 4 is a line break'],
    [{ name: 'control\u0007' }, 'Character 8 is a control character'],
    [{ email: 'not an address' }, 'Expected an email'],
    [{ endDate: '30.2.2026' }, 'Expected a date as year-month-day'],
    [{ endDate: '2027-02-31' }, 'February 2027 has 28 days'],
    [{ startDate: '2026-03-02', endDate: '2026-03-01' }, 'is before the start date'],
    [{ timeZone: 'Mars/Olympus' }, 'Expected a time zone'],
    [{ manager: 'nobody at all' }, 'No one has this name'],
    [{ manager: '\u0000' }, 'Character 1 is a control character'],
    [{ managerId: '999999' }, 'We can&#39;t find this person.'],
  ])('with %o is rejected beside the field, and keeps the input', async (bad, message) => {
    const typed = { name: 'Kept Name', email: 'kept@x.example', jobTitle: 'Kept Title', ...bad };
    const { status, text } = await nora.post('/users', typed);
    expect(status).toBe(422);
    expect(text).toContain(message);
    expect(text).toContain('aria-invalid="true"');
    expect(text).toContain('Kept Title');
    expect(await em.fork().count(User, { email: 'kept@x.example' })).toBe(0);
  });

  test('with an email or external id in use is refused', async () => {
    const taken = await nora.post('/users', { name: 'N', email: cast.lena.email.toUpperCase() });
    expect(taken.status).toBe(422);
    expect(taken.text).toContain('That email is already in use.');
    const sameId = await nora.post('/users', {
      name: 'N',
      email: 'n@x.example',
      externalId: cast.lena.externalId,
    });
    expect(sameId.status).toBe(422);
    expect(sameId.text).toContain('That external ID is already in use.');
  });

  test('with an ambiguous manager gets a choice of users', async () => {
    const typed = { name: 'Choosing', email: `choosing${cast.ada.id}@x.example`, manager: 'lastday.example' };
    const asked = await nora.post('/users', typed);
    expect(asked.status).toBe(422);
    expect(asked.text).toContain('Several people match');
    expect(asked.text).toMatch(/type="radio" name="managerId"/);

    const chosen = { ...typed, managerSearched: 'lastday.example', managerId: String(cast.mira.id) };
    const { location } = await nora.post('/users', chosen);
    expect(await userById(em, Number(location!.split('/').at(-1)))).toMatchObject({
      managerId: cast.mira.id,
    });
  });

  test('gets the manager who was typed after a choice', async () => {
    const { location } = await nora.post('/users', {
      name: 'Retyped',
      email: `retyped${cast.ada.id}@x.example`,
      manager: `Somebody <${cast.emil.email}>`,
      managerSearched: 'an',
      managerId: String(cast.mira.id),
    });
    expect(await userById(em, Number(location!.split('/').at(-1)))).toMatchObject({
      managerId: cast.emil.id,
    });
  });
});
