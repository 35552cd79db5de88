import { beforeEach, describe, expect, test } from 'vitest';
import { completeOffboarding } from '../../database/completion.ts';
import { AuditEntry, Offboarding, User } from '../../database/entities/index.ts';
import { createUser, updateUser, userById } from '../../database/users.ts';
import { addDays } from '../../domain/dates.ts';
import { type Cast, makeCast } from '../support/cast.ts';
import { ownDatabase } from '../support/database.ts';
import { type Browserlike, startWeb } from '../support/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);

let cast: Cast;
let nora: Browserlike;
beforeEach(async () => {
  cast = await makeCast(own.database);
  nora = await web.signIn(cast.nora.email);
});

const offboardingOf = (userId: number) =>
  em.fork().findOne(Offboarding, { userId }, { orderBy: { id: 'desc' } });

/** Somebody with nothing, completed. */
async function somebodyGone() {
  const id = await createUser(em, 'system', {
    name: 'Gone',
    email: `gone${Math.random()}@x.example`,
    endDate: '2026-01-31',
  });
  await completeOffboarding(em, (await offboardingOf(id))!.id, 'system');
  return id;
}

describe('the list of people', () => {
  test('finds somebody and leads to their record', async () => {
    const { text, status, headers } = await nora.get(`/users?q=${cast.lena.email}`);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text).toContain(`href="/users/${cast.lena.id}"`);
    expect(text).not.toContain(`href="/users/${cast.emil.id}"`);
    expect(text).toContain('1 person');
  });

  test('says when nobody fits, and what nonsense it is asked is ignored', async () => {
    expect((await nora.get('/users?q=nobody-at-all')).text).toContain('Nobody fits');
    for (const query of [
      'q=%00',
      'status=%00',
      'department=%00x',
      'q=a&q=b',
      'page=0',
      'page=-1',
      'page=9999999',
      'status=x',
    ]) {
      expect((await nora.get(`/users?${query}`)).status, query).toBe(200);
    }
  });

  test('says when a page lies past its end, and leads to the last one', async () => {
    const { text } = await nora.get('/users?page=500&department=Engineering');
    expect(text).toContain('There is no page 500');
    expect(text).toContain('href="/users?department=Engineering"');
  });

  test('escapes what people are called', async () => {
    await updateUser(em, 'system', cast.emil.id, {
      name: '<img src=x>',
      jobTitle: '"><b>',
      department: "'&",
    });
    const pages = [
      await nora.get(`/users?q=${cast.emil.email}`),
      await nora.get(`/users/${cast.emil.id}`),
      await nora.get(`/users/${cast.emil.id}/edit`),
      await nora.get(`/users/suggestions?manager=${cast.emil.email}`),
    ];
    for (const { text } of pages) {
      expect(text).toContain('&lt;img');
      expect(text).not.toMatch(/<img src=x>|"><b>/);
    }
  });
});

describe('a record', () => {
  test('shows profile, manager, reports, what they have and the way to the checklist', async () => {
    const { text } = await nora.get(`/users/${cast.lena.id}`);
    for (const shown of [
      cast.lena.email,
      cast.lena.externalId,
      `href="/users/${cast.mira.id}"`,
      `href="/users/${cast.rosa.id}"`,
      `href="/users/${cast.timo.id}"`,
      `href="/assets/${cast.laptop.id}"`,
      `href="/licenses/${cast.license.id}"`,
      `href="/requests/${cast.requestId}"`,
      `href="/offboarding/${cast.lena.id}"`,
      'Second monitor',
    ]) {
      expect(text, shown).toContain(shown);
    }
  });

  test('of nobody is a 404 page', async () => {
    for (const id of ['999999', '0', 'abc', '99999999999', '%00']) {
      expect((await nora.get(`/users/${id}`)).status, id).toBe(404);
    }
    expect((await nora.post('/users/999999', { name: '' })).status).toBe(404);
    expect((await nora.post('/users/999999/end-date', { endDate: 'nonsense' })).status).toBe(404);
  });

  test('is shown to it-admins, who change nothing, and to no employee', async () => {
    const ivo = await web.signIn(cast.ivo.email);
    const { text, status } = await ivo.get(`/users/${cast.lena.id}`);
    expect(status).toBe(200);
    expect(text).not.toContain('/end-date');
    for (const path of [`/users/${cast.lena.id}/end-date`, `/users/${cast.lena.id}`, '/users']) {
      expect((await ivo.post(path, { endDate: '' })).status, path).toBe(403);
    }
    expect((await ivo.get('/users/new')).status).toBe(403);

    const emil = await web.signIn(cast.emil.email);
    expect((await emil.get('/users')).status).toBe(403);
    expect((await emil.get(`/users/${cast.emil.id}`)).status).toBe(403);
  });
});

describe('a new person', () => {
  test('is added with a manager named by e-mail address', async () => {
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
    expect((await nora.get(location!)).text).toContain('Added.');
  });

  test.each([
    [{ name: '' }, 'Please fill this in.'],
    [{ name: 'x'.repeat(201) }, 'At most 200 characters'],
    [{ name: 'two\nlines' }, 'One line'],
    [{ name: 'bell\u0007' }, 'Control characters'],
    [{ email: 'not an address' }, 'Expected an e-mail address'],
    [{ endDate: '2026-02-30' }, 'Expected a date'],
    [{ startDate: '2026-03-02', endDate: '2026-03-01' }, 'lies before the start date'],
    [{ timeZone: 'Mars/Olympus' }, 'Expected a time zone'],
    [{ manager: 'nobody at all' }, 'Nobody has this name'],
    [{ managerId: '999999' }, 'There is no such person'],
  ])('with %o is refused beside the field, and what was typed is kept', async (bad, message) => {
    const typed = { name: 'Kept Name', email: 'kept@x.example', jobTitle: 'Kept Title', ...bad };
    const { status, text } = await nora.post('/users', typed);
    expect(status).toBe(422);
    expect(text).toContain(message);
    expect(text).toContain('aria-invalid="true"');
    expect(text).toContain('Kept Title');
    expect(await em.fork().count(User, { email: 'kept@x.example' })).toBe(0);
  });

  test('with an e-mail address or external id in use is refused', async () => {
    const taken = await nora.post('/users', { name: 'N', email: cast.lena.email.toUpperCase() });
    expect(taken.status).toBe(422);
    expect(taken.text).toContain('Somebody else has this e-mail address.');
    const sameId = await nora.post('/users', {
      name: 'N',
      email: 'n@x.example',
      externalId: cast.lena.externalId,
    });
    expect(sameId.status).toBe(422);
    expect(sameId.text).toContain('Somebody else has this external id.');
  });

  test('whose manager is not clear is asked back with the choices', async () => {
    const typed = { name: 'Choosing', email: `choosing${cast.ada.id}@x.example`, manager: 'lastday.example' };
    const asked = await nora.post('/users', typed);
    expect(asked.status).toBe(422);
    expect(asked.text).toContain('Several people fit');
    expect(asked.text).toMatch(/type="radio" name="managerId"/);

    const chosen = { ...typed, managerSearched: 'lastday.example', managerId: String(cast.mira.id) };
    const { location } = await nora.post('/users', chosen);
    expect(await userById(em, Number(location!.split('/').at(-1)))).toMatchObject({
      managerId: cast.mira.id,
    });
  });

  test('whose manager was chosen, and then typed anew, gets the one typed', async () => {
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

describe('an edited person', () => {
  test('shows what is stored, and stays what the form does not name', async () => {
    const { text } = await nora.get(`/users/${cast.lena.id}/edit`);
    expect(text).toContain(`value="Mira Holt &lt;${cast.mira.email}&gt;"`);
    expect(text).toContain('value="Team Lead"');

    const { status, location } = await nora.post(`/users/${cast.lena.id}`, { jobTitle: 'Principal' });
    expect([status, location]).toEqual([303, `/users/${cast.lena.id}`]);
    expect(await userById(em, cast.lena.id)).toMatchObject({
      jobTitle: 'Principal',
      managerId: cast.mira.id,
      endDate: cast.lastDay,
      department: 'Engineering',
    });
  });

  test('leaves a line in the audit trail that says what was and what is', async () => {
    await nora.post(`/users/${cast.lena.id}`, { jobTitle: 'Principal', department: '' });
    const { text } = await (await web.signIn(cast.ivo.email)).get(`/audit?user=${cast.lena.id}`);
    expect(text).toContain('department from Engineering to — · job title from Team Lead to Principal');
  });

  test('loses what the form empties', async () => {
    await nora.post(`/users/${cast.lena.id}`, { department: '', manager: '', endDate: '' });
    const lena = await userById(em, cast.lena.id);
    expect([lena.department, lena.managerId, lena.endDate]).toEqual([null, null, null]);
    expect(await offboardingOf(cast.lena.id)).toMatchObject({ state: 'cancelled' });
  });

  test('who is suspended is out at once', async () => {
    const ivo = await web.signIn(cast.ivo.email);
    expect((await ivo.get('/me')).status).toBe(200);
    await nora.post(`/users/${cast.ivo.id}`, { status: 'suspended' });
    expect((await ivo.get('/me')).location).toMatch(/^\/sign-in/);
    await expect(web.signIn(cast.ivo.email)).rejects.toThrow('could not sign in');
  });

  test('cannot get a manager who has left, and is told so', async () => {
    const { status, text } = await nora.post(`/users/${cast.emil.id}`, {
      managerId: String(await somebodyGone()),
    });
    expect(status).toBe(409);
    expect(text).toContain('has been offboarded. Choose somebody else.');
  });

  test('who has left keeps their status, and the form says why', async () => {
    const id = await somebodyGone();
    expect((await nora.get(`/users/${id}/edit`)).text).toContain('stand as they are');
    const { status, text } = await nora.post(`/users/${id}`, { status: 'active', name: 'Typed Name' });
    expect(status).toBe(409);
    expect(text).toContain('which cannot be undone');
    expect(text).toContain('value="Typed Name"');
    expect((await nora.post(`/users/${id}`, { name: 'New Name' })).status).toBe(303);
  });
});

describe('an end date', () => {
  test('is set, moved and cleared', async () => {
    const address = `/users/${cast.emil.id}/end-date`;
    const set = await nora.post(address, { endDate: '2099-03-31' });
    expect([set.status, set.location]).toEqual([303, `/users/${cast.emil.id}`]);
    expect(await offboardingOf(cast.emil.id)).toMatchObject({ state: 'open' });
    expect((await nora.get(`/users/${cast.emil.id}`)).text).toContain('31 Mar 2099');

    expect((await nora.post(address, { endDate: '2099-04-30' })).status).toBe(303);
    expect((await nora.post(address, { endDate: '' })).status).toBe(303);
    expect(await offboardingOf(cast.emil.id)).toMatchObject({ state: 'cancelled' });
    expect((await userById(em, cast.emil.id)).endDate).toBeNull();
  });

  test.each(['31.12.2026', '2026-13-01', 'tomorrow', '<b>'])(
    'written as %s is refused, and kept as typed',
    async (endDate) => {
      const { status, text } = await nora.post(`/users/${cast.emil.id}/end-date`, { endDate });
      expect(status).toBe(422);
      expect(text).toContain('Expected a date as year-month-day');
      expect(text).toContain(`value="${endDate.replace('<', '&lt;').replace('>', '&gt;')}"`);
    },
  );

  test('before the start date is refused, naming it', async () => {
    await updateUser(em, 'system', cast.emil.id, { startDate: '2026-06-01' });
    const { status, text } = await nora.post(`/users/${cast.emil.id}/end-date`, { endDate: '2026-05-31' });
    expect(status).toBe(422);
    expect(text).toContain('The end date lies before the start date, 2026-06-01.');
  });

  test('may lie in the past', async () => {
    expect(
      (await nora.post(`/users/${cast.emil.id}/end-date`, { endDate: addDays(cast.lastDay, -30) })).status,
    ).toBe(303);
  });

  test('after completion stands: the same again is fine, another is refused', async () => {
    const id = await somebodyGone();
    expect((await nora.post(`/users/${id}/end-date`, { endDate: '2026-01-31' })).status).toBe(303);
    const { status, text } = await nora.post(`/users/${id}/end-date`, { endDate: '2026-02-28' });
    expect(status).toBe(409);
    expect(text).toContain('which cannot be undone');
  });
});
