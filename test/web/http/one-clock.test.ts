import { beforeAll, describe, expect, test } from 'vitest';
import { updateUser } from '../../../database/people/users.ts';
import { timeWords } from '../../../domain/wording/times.ts';
import { testKey } from '../../../testing/cast/engine.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { routesOf } from '../../../testing/web/routes.ts';
import { type Browserlike, startWeb } from '../../../testing/web/web.ts';
import { addressesOf, makeEveryRecord, type Params } from '../../security/every-record.ts';

const own = await ownDatabase();
const { database } = own;
const web = await startWeb(own, { SECRET_KEY: testKey });
let ada: Browserlike;
let params: Params;
let lenaId: number;
let ivoEmail: string;

/** Ada's own zone is Berlin, and Lena, who leaves, is in Tonga. */
beforeAll(async () => {
  const { leaving, params: made } = await makeEveryRecord(database);
  params = made;
  lenaId = leaving.lena.id;
  ivoEmail = leaving.ivo.email;
  await updateUser(database.em, 'system', leaving.ada.id, { timeZone: 'Europe/Berlin' });
  await updateUser(database.em, 'system', lenaId, { timeZone: 'Pacific/Tongatapu' });
  ada = await web.signIn(leaving.ada.email);
});

/** Every page of the console as Ada sees it; the API's document is for machines. */
async function everyPage(): Promise<{ path: string; text: string }[]> {
  const paths = routesOf(web.app)
    .filter((route) => route.startsWith('GET /') && !/ \/(api|scim|health|ready|vendor)\b/.test(route))
    .flatMap((route) => addressesOf(route.slice('GET '.length), params));
  const pages: { path: string; text: string }[] = [];
  for (const path of paths) {
    const { headers, text } = await ada.get(path);
    if (headers.get('content-type')?.startsWith('text/html')) pages.push({ path, text });
  }
  return pages;
}

const readAs = (html: string) => html.replace(/<[^>]+>/g, '').replace(/\s+/g, ' ');

/** Without the exact times, which a page shows on request. */
const withoutExact = (html: string) => html.replace(/<span class="exact-time"[\s\S]*?<\/span>/g, '');

/** The times of a page: when they are, and how they read. Calendar dates have no `T`. */
const timesIn = (html: string) =>
  [...html.matchAll(/<time datetime="([^"]*T[^"]*)">([\s\S]*?)<\/time>/g)].map(([, at, words]) => ({
    at: at!,
    words: readAs(words!),
  }));

const reminders = /<section class="card section reminders"[\s\S]*?<\/section>/;

/** What follows a time of day when it names a zone. */
const namedZone = /\d\d:\d\d(?::\d\d)? (UTC|GMT\S*|[A-Z]{3,4}\b|[A-Z][a-z]+\/\w+)/g;

describe('a reader whose browser is in Tokyo', () => {
  let pages: { path: string; text: string }[];
  beforeAll(async () => {
    ada.cookies.set('lastday-zone', 'Asia/Tokyo');
    pages = await everyPage();
  });

  test('sees every time of every page as it is in Tokyo', () => {
    const times = pages.flatMap(({ path, text }) => timesIn(text).map((time) => ({ path, ...time })));
    expect(new Set(times.map(({ path }) => path.replace(/\d+/g, ':id'))).size).toBeGreaterThan(15);
    const wrong = times.filter(({ at, words }) => {
      const inTokyo = timeWords(at, 'Asia/Tokyo');
      const [day] = inTokyo.split(',');
      const isDuration = /^assigned /.test(words);
      return !isDuration && !words.startsWith(day!) && !words.endsWith('Pacific/Tongatapu');
    });
    expect(wrong).toEqual([]);
  });

  test('sees no zone beside a time, except that of a leaver beside the reminders that it decides', () => {
    const found = pages.flatMap(({ path, text }) =>
      [...readAs(text.replace(reminders, '')).matchAll(namedZone)].map(([words]) => `${path} ${words}`),
    );
    expect(found).toEqual([]);
    const [card] = reminders.exec(pages.find(({ path }) => path === `/offboarding/${lenaId}`)!.text)!;
    expect(readAs(withoutExact(card))).toMatch(
      /, 00:00 Pacific\/Tongatapu \(\d+ \w+ \d{4}, 20:00 your time\)/,
    );
  });

  test('gets the exact time of each time with its zone', () => {
    const audit = pages.find(({ path }) => path === '/audit')!.text;
    const [, id] = /<button class="when" type="button" popovertarget="(t\d+(?:-\d+)?)"/.exec(audit)!;
    expect(audit).toMatch(
      new RegExp(`id="${id}" popover>[^<]+ at \\d\\d:\\d\\d:\\d\\d Japan Standard Time</`),
    );
    const ids = [...audit.matchAll(/ id="(t\d+[^"]*)"/g)].map(([, each]) => each);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('a reader whose browser tells no zone', () => {
  test.each([
    ['none', null],
    ['no zone', 'Mars/Base'],
    ['an offset', '+05:00'],
    ['markup', '"><script>'],
    ['a long text', `Asia/${'x'.repeat(5_000)}`],
  ])('sees times in their own zone, which is named: %s', async (_, cookie) => {
    ada.cookies.delete('lastday-zone');
    if (cookie) ada.cookies.set('lastday-zone', encodeURIComponent(cookie));
    const { text } = await ada.get('/audit');
    const [{ at, words }] = timesIn(text) as [{ at: string; words: string }];
    expect(words).toBe(`${timeWords(at, 'Europe/Berlin')} Europe/Berlin`);
  });

  test('sees them in the workspace’s without a zone of their own', async () => {
    const ivo = await web.signIn(ivoEmail);
    const { text } = await ivo.get('/audit');
    const [{ at, words }] = timesIn(text) as [{ at: string; words: string }];
    expect(words).toBe(`${timeWords(at, 'UTC')} UTC`);
  });
});

test('the same time written in other letters is the same zone', async () => {
  ada.cookies.set('lastday-zone', 'asia/tokyo');
  const { text } = await ada.get('/audit');
  const [{ at, words }] = timesIn(text) as [{ at: string; words: string }];
  expect(words).toBe(timeWords(at, 'Asia/Tokyo'));
});
