import { beforeAll, expect, test } from 'vitest';
import { Assignment, Offboarding, User } from '../../../database/entities/index.ts';
import { recoverAsset } from '../../../database/inventory/assignments.ts';
import { setEndDate } from '../../../database/offboarding/offboardings.ts';
import { addDays, todayIn } from '../../../domain/dates.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { type Browserlike, startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { database } = own;
const web = await startWeb(own);
const today = todayIn('UTC', new Date());
let cast: Cast;
let ivo: Browserlike;

beforeAll(async () => {
  cast = await makeCast(database, 20);
  ivo = await web.signIn(cast.ivo.email);
});

/** The text of the cells of each row. */
function rowsOf(html: string): string[][] {
  const body = /<tbody>([\s\S]*?)<\/tbody>/.exec(html)?.[1] ?? '';
  return body
    .split('</tr>')
    .filter((row) => row.includes('<td'))
    .map((row) =>
      row
        .split('</td>')
        .filter((cell) => cell.includes('<td'))
        .map(textOf),
    );
}

const textOf = (html: string) =>
  html
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

const queue = async (query = '') => (await ivo.get(`/offboarding${query}`)).text;
const leaves = (userId: number, days: number) =>
  setEndDate(database.em, 'system', userId, addDays(today, days));

test('a row shows user, last day, manager and open counts', async () => {
  const headers = [...(await queue()).matchAll(/<th scope[\s\S]*?<\/th>/g)].map(([html]) => textOf(html));
  expect(headers).toEqual(['User', 'End date', 'Manager', 'Hardware', 'Software', 'Requests', 'Action']);
  const [row] = rowsOf(await queue());
  expect(row![0]).toBe('Lena Brandt Team Lead · Engineering');
  expect(row![1]).toMatch(/ in 20 days$/);
  expect(row!.slice(2)).toEqual(['Mira Holt', '1', '1', '1', 'Review (3)']);
});

test('each look-ahead shows who leaves within it, soonest first', async () => {
  await leaves(cast.emil.id, 100);
  await leaves(cast.rosa.id, -4);
  await leaves(cast.timo.id, 3);
  const names = async (window: string) =>
    rowsOf(await queue(`?window=${window}`)).map((row) => row[0]!.split(' ')[0]);
  expect(await names('7')).toEqual(['Rosa', 'Timo']);
  expect(await names('30')).toEqual(['Rosa', 'Timo', 'Lena']);
  expect(await names('180')).toEqual(['Rosa', 'Timo', 'Lena', 'Emil']);
  // An unknown value falls back to 30 days.
  expect(await names('31')).toEqual(['Rosa', 'Timo', 'Lena']);
});

test('dates are marked as past, soon or later', async () => {
  const tones = [...(await queue()).matchAll(/data-due="(\w+)"/g)].map((match) => match[1]);
  expect(tones).toEqual(['past', 'soon', 'later']);
});

test('without open items the button says Finalize', async () => {
  expect(
    rowsOf(await queue())
      .find((row) => row[0]!.startsWith('Timo'))!
      .at(-1),
  ).toBe('Finalize');
});

test('an offboarded user stays listed while their hardware is not returned', async () => {
  const other = await makeCast(database, 400);
  await database.em.fork().nativeUpdate(User, { id: other.lena.id }, { status: 'offboarded' });
  const netted = async () =>
    rowsOf(await queue('?window=7')).filter((row) => row[0]!.includes('Offboarded, hardware still out'));
  expect(await netted()).toHaveLength(1);

  await recoverAsset(database.em, 'system', other.laptop.id, {
    condition: 'good',
    nextStatus: 'in_stock',
    note: null,
  });
  expect(await netted()).toHaveLength(0);
  // A seat and a request are still open, so the other view shows the offboarding.
  expect(await queue()).toMatch(/href="\/offboarding\?view=other">1 open offboarding</);
  expect(rowsOf(await queue('?view=other'))).toHaveLength(1);
});

test('an open offboarding without an end date is in the other view', async () => {
  const { emil } = await makeCast(database, 400);
  const em = database.em.fork();
  em.create(Offboarding, { userId: emil.id });
  await em.flush();
  expect(rowsOf(await queue('?view=other')).some((row) => row[0]!.startsWith('Emil') && row[1] === '—')).toBe(
    true,
  );
});

test('the link to open offboardings that are not shown leads to as many as it says, none of them in the queue', async () => {
  const other = await makeCast(database, 400);
  await database.em.fork().nativeUpdate(User, { id: other.lena.id }, { status: 'offboarded' });
  const html = await queue('?window=180');
  const number = Number(/view=other">(\d+) open offboarding/.exec(html)![1]);
  const linked = await queue('?view=other');
  expect(rowsOf(linked)).toHaveLength(number);
  expect(linked).not.toContain(`href="/offboarding/${other.lena.id}"`);
  expect(html).toContain(`href="/offboarding/${other.lena.id}"`);
});

test('an empty queue says so', async () => {
  const quiet = await ownDatabase();
  const calm = await makeCast(quiet.database, 100);
  const console = await startWeb(quiet);
  const html = (await (await console.signIn(calm.ivo.email)).get('/offboarding?window=7')).text;
  expect(html).toContain('No one is leaving in the next 7 days');
});

test('a page past the end links to the last one, and a malformed page is page one', async () => {
  const beyond = await queue('?page=99');
  expect(beyond).toContain("There's no page 99");
  expect(beyond).toContain('href="/offboarding?window=30">Go to last page');
  for (const page of ['0', '-1', 'x', '1e9', ''])
    expect(rowsOf(await queue(`?page=${page}`)).length).toBeGreaterThan(0);
});

test('names are escaped', async () => {
  const { emil } = await makeCast(database, 400);
  const name = `<img src=x onerror="alert('1')"> Зоя & "Αθηνά"`;
  await database.em.fork().nativeUpdate(User, { id: emil.id }, { name });
  await leaves(emil.id, 1);
  const html = await queue('?window=7');
  expect(html).not.toContain('<img src=x');
  expect(html).toContain(
    '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; Зоя &amp; &quot;Αθηνά&quot;',
  );
});

test('counts follow a recovery', async () => {
  expect(await database.em.fork().count(Assignment, { userId: cast.lena.id, returnedAt: null })).toBe(1);
  await recoverAsset(database.em, 'system', cast.laptop.id, {
    condition: 'good',
    nextStatus: 'in_stock',
    note: null,
  });
  const lena = rowsOf(await queue()).find((row) => row[0]!.startsWith('Lena'))!;
  expect(lena.slice(3)).toEqual(['0', '1', '1', 'Review (2)']);
});
