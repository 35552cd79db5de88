import { beforeAll, describe, expect, test } from 'vitest';
import { User } from '../../../database/entities/index.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { setEndDate } from '../../../database/offboarding/offboardings.ts';
import { createUser } from '../../../database/people/users.ts';
import { addDays, todayIn } from '../../../domain/dates.ts';
import { type Cast, castPassword, makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist } from '../../../testing/cast/clearing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { type Browserlike, startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { database } = own;
const web = await startWeb(own);
const today = todayIn('UTC', new Date());
let cast: Cast;
let ivo: Browserlike;

/** Rosa is overdue, Timo leaves today, Lena in five days, Emil in a hundred. Timo has nothing. */
beforeAll(async () => {
  cast = await makeCast(database, 5);
  ivo = await web.signIn(cast.ivo.email);
  for (const [{ id }, days] of [
    [cast.rosa, -3],
    [cast.timo, 0],
    [cast.emil, 100],
  ] as const)
    await setEndDate(database.em, 'system', id, addDays(today, days));
});

const page = async (query = '') => (await ivo.get(`/offboarding${query}`)).text;
const namesOn = (html: string) =>
  [...html.matchAll(/class="who-link".*?<bdi>(\S+)/g)].map(([, name]) => name);

/** The groups above the queue: the label, the number and the address. */
const groupsOn = (html: string) =>
  [
    ...html.matchAll(
      /<a\s+class="tab"\s+href="([^"]*)"[^>]*>\s*([^<]+?)\s*<span class="count[^"]*">([\d,]+)</g,
    ),
  ].map(([, href, label, number]) => ({
    label,
    number: Number(number),
    href: href!.replaceAll('&amp;', '&'),
  }));

describe('above the queue', () => {
  test('each group has a number, and its link lists as many people', async () => {
    const groups = groupsOn(await page());
    expect(Object.fromEntries(groups.map(({ label, number }) => [label, number]))).toEqual({
      Overdue: 1,
      Today: 1,
      'This week': 2,
      'Ready to finalize': 2,
      'Safety net': 0,
      'Outside the queue': 1,
    });
    for (const { number, href } of groups) expect(namesOn((await ivo.get(href)).text)).toHaveLength(number);
  });

  test('the numbers and the links keep the filter', async () => {
    await database.em.fork().nativeUpdate(User, { id: cast.timo.id }, { department: 'R&D' });
    const groups = groupsOn(await page('?department=R%26D&manager=lena&sort=-name'));
    expect(groups.filter(({ number }) => number > 0).map(({ label }) => label)).toEqual([
      'Today',
      'This week',
      'Ready to finalize',
    ]);
    expect(groups[0]!.href).toBe(
      '/offboarding?window=30&show=overdue&department=R%26D&manager=lena&sort=-name',
    );
    expect(namesOn(await page('?department=R%26D'))).toEqual(['Timo']);
    expect(namesOn(await page('?manager=mira&window=180'))).toEqual(['Lena', 'Emil']);
  });

  test('unknown values in the address are ignored', async () => {
    const plain = namesOn(await page());
    for (const query of [
      '?show=x',
      '?sort=salary',
      '?sort=--name',
      '?window=31',
      '?sort=name&sort=x&show=a&show=b',
    ])
      expect(namesOn(await page(query)).toSorted()).toEqual(plain.toSorted());
    expect(namesOn(await page('?show=overdue&department=Nowhere'))).toEqual([]);
    expect(await page('?show=overdue&department=Nowhere')).toContain('No matching people');
  });
});

test('the queue is sorted by a column, whose header says so', async () => {
  const html = await page('?sort=-name');
  expect(namesOn(html)).toEqual(['Timo', 'Rosa', 'Lena']);
  expect(html).toMatch(
    /<th scope="col" aria-sort="descending">\s*<a class="sort" href="[^"]*sort=name">\s*User/,
  );
  expect(namesOn(await page('?sort=-open'))[0]).toBe('Lena');
  expect(await page()).toMatch(
    /aria-sort="ascending">\s*<a class="sort" href="[^"]*sort=-end-date">\s*End date/,
  );
});

describe('the look-ahead', () => {
  test('is remembered for the person who chose it, and the address wins without being remembered', async () => {
    const selected = async (query = '', visitor = ivo) =>
      /<option value="(\d+)" selected>/.exec((await visitor.get(`/offboarding${query}`)).text)![1];
    const nora = await web.signIn(cast.nora.email);
    expect(await selected()).toBe('30');
    const chosen = await ivo.post('/offboarding/look-ahead', { window: '7', department: 'Engineering' });
    expect([chosen.status, chosen.location]).toEqual([303, '/offboarding?window=7&department=Engineering']);
    expect(await selected()).toBe('7');
    expect(await selected('?window=90')).toBe('90');
    expect(await selected('?window=31')).toBe('7');
    expect(await selected()).toBe('7');
    expect(await selected('', nora)).toBe('30');
    await ivo.post('/offboarding/look-ahead', { window: '30' });
  });

  test.each(['', '31', '-7', '7.5', 'all', '1e9'])('%j is refused and not remembered', async (window) => {
    expect((await ivo.post('/offboarding/look-ahead', { window })).status).toBe(422);
    expect((await database.em.fork().findOneOrFail(User, { id: cast.ivo.id })).lookAhead).toBe(30);
  });
});

describe('a first visit', () => {
  test('lists what to do first, as far as the role may do it', async () => {
    const empty = await ownDatabase();
    const console = await startWeb(empty);
    const { passwordHash } = await database.em
      .fork()
      .findOneOrFail(User, { id: cast.ivo.id }, { populate: ['passwordHash'] });
    const links = async (role: User['role']) => {
      const email = `${role}@x.example`;
      const id = await createUser(empty.database.em, 'system', { name: role, email });
      await empty.database.em.fork().nativeUpdate(User, { id }, { role, passwordHash });
      const visitor = await console.signIn(email, castPassword);
      const list = /<ul class="first-steps">([\s\S]*?)<\/ul>/.exec(
        (await visitor.get('/offboarding')).text,
      )![1]!;
      return [...list.matchAll(/href="([^"]+)"/g)].map(([, href]) => href);
    };
    expect(await links('it-admin')).toEqual(['/imports/assets/new']);
    expect(await links('admin')).toEqual(['/imports/users/new', '/imports/assets/new']);
    expect(await links('super-admin')).toEqual([
      '/imports/users/new',
      '/imports/assets/new',
      '/settings/tokens/new',
      '/settings/workspace',
      '/users',
    ]);
  });
});

describe('the tab Done', () => {
  test('finds completed offboardings by text and period', async () => {
    const done = await makeCast(database, 2);
    await clearChecklist(database, done);
    await completeOffboarding(database.em, done.offboardingId, `user:${done.ivo.id}`);
    const list = async (query: string) => namesOn((await ivo.get(`/offboarding/done${query}`)).text);
    expect(await list('')).toEqual(['Lena']);
    expect(await list(`?q=${done.lena.email}&from=${today}&to=${today}`)).toEqual(['Lena']);
    expect(await list('?q=nothing')).toEqual([]);
    expect(await list(`?to=${addDays(today, -1)}`)).toEqual([]);
    expect(await list(`?from=${addDays(today, 1)}`)).toEqual([]);
    expect(await list('?from=yesterday&to=2026-02-31&sort=x&page=0')).toEqual(['Lena']);
    const { text } = await ivo.get('/offboarding/done?sort=name');
    expect(text).toMatch(/aria-sort="ascending">\s*<a class="sort" href="[^"]*sort=-name"/);
    expect(text).toContain('Ivo Marin');
  });
});
