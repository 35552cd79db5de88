import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { sqlOf } from '../../database/core/tables.ts';
import { testKey } from '../../testing/cast/engine.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { routesOf } from '../../testing/web/routes.ts';
import { type Answer, type Browserlike, startWeb } from '../../testing/web/web.ts';
import { fillWithPayloads, markOf, unescapedIn, xssPayload } from '../../testing/web/xss-payloads.ts';
import { addressesOf, makeEveryRecord, type Params } from './every-record.ts';

// ASVS 1.2.1: pages show the contents of any field, form or address as text.

const own = await ownDatabase();
const { database } = own;
const web = await startWeb(own, { SECRET_KEY: testKey });

/** Text columns that no page shows. */
const shownNowhere = [
  'assignments.previous_location',
  'bulk_actions.actor',
  'identities.source',
  'import_rows.key',
  'import_rows.other_key',
  'import_rows.problems', // import_rows.judgement repeats them
  'imports.started_by',
];

let filled: string[] = [];
let ada: Browserlike;
let lena: Browserlike;
let params: Params;

beforeAll(async () => {
  const { leaving, params: made } = await makeEveryRecord(database);
  params = made;
  ada = await web.signIn(leaving.ada.email);
  lena = await web.signIn(leaving.lena.email);
  await web.signIn(leaving.ada.email);
  filled = await fillWithPayloads(own.ownerUrl);
  await sql`update sessions set sess = jsonb_set(sess::jsonb, '{address}', to_jsonb(${xssPayload(markOf('sessions.sess'))}::text))`.execute(
    sqlOf(database.em.fork()),
  );
});

const pathsOf = (method: 'GET' | 'POST') =>
  routesOf(web.app)
    .filter(
      (route) =>
        route.startsWith(`${method} /`) && !/ \/(health|api\/v1|scim\/v2|vendor|session\/end)/.test(route),
    )
    .flatMap((route) => addressesOf(route.slice(method.length + 1), params));

const isPage = ({ headers }: Answer) => headers.get('content-type')?.startsWith('text/html');

function expectHarmless(answer: Answer, what: string) {
  expect(answer.status, what).toBeLessThan(500);
  if (!isPage(answer)) return;
  expect(unescapedIn(answer.text), what).toEqual([]);
  for (const [, attribute, address] of answer.text.matchAll(
    /\s(href|src|action|hx-get|hx-post)="([^"]*)"/g,
  )) {
    // An image runs no script. The QR code of an authenticator app is one.
    if (attribute === 'src' && /^data:image\/svg\+xml;base64,[\w+/=]+$/.test(address!)) continue;
    expect(address, what).toMatch(/^(\/|#|\?|mailto:|https?:|$)/);
  }
}

const seen = new Set<string>();
const fields = new Set<string>(['loaded', 'token', 'return', 'from']);
const remember = ({ text }: Answer) => {
  for (const column of [...filled, 'sessions.sess']) if (text.includes(markOf(column))) seen.add(column);
  for (const [, name] of text.matchAll(/<(?:input|select|textarea|button)[^>]* name="([^"]+)"/g))
    fields.add(name!);
};

describe('a hostile text', () => {
  test('in every database field is harmless on every page', async () => {
    expect(filled.length).toBeGreaterThan(40);
    for (const path of pathsOf('GET')) {
      for (const address of path.startsWith('/imports/') ? lists(path) : [path]) {
        const answer = await ada.get(address);
        expectHarmless(answer, address);
        remember(answer);
      }
    }
    for (const path of ['/me', '/notifications']) {
      const answer = await lena.get(path);
      expectHarmless(answer, path);
      remember(answer);
    }
  });

  test('appears on a page from every column that pages show', () => {
    expect([...filled, 'sessions.sess'].filter((column) => !seen.has(column)).sort()).toEqual(shownNowhere);
  });

  test('in every query parameter is harmless on every page', async () => {
    const names = [...fields, 'q', 'page', 'window', 'view', 'show', 'status', 'kind', 'state', 'type'];
    const more = ['user', 'action', 'before', 'person', 'search', 'asked', 'seen', 'department', 'role'];
    const query = new URLSearchParams(
      Object.fromEntries([...names, ...more].map((name) => [name, xssPayload(name)])),
    );
    for (const path of pathsOf('GET')) expectHarmless(await ada.get(`${path}?${query}`), path);
    expectHarmless(await web.stranger().get(`/sign-in?${query}`), '/sign-in');
    for (const path of [
      '/%3Cimg%20src=x%22zq=',
      '/users/%3Cimg',
      '/invitation/%22zq=',
      '/unsubscribe/%3Cimg',
    ])
      expectHarmless(await ada.get(path), path);
  });

  test('in our own cookies is harmless', async () => {
    const notice = Buffer.from(JSON.stringify({ tone: '"zq="', text: xssPayload('notice') })).toString(
      'base64url',
    );
    const victim = web.stranger();
    victim.cookies.set('lastday-notice', notice);
    victim.cookies.set('lastday-shown-once', encodeURIComponent(xssPayload('once')));
    const answer = await victim.get('/sign-in');
    expect(answer.text).toContain('notice &lt;img');
    expectHarmless(answer, 'a notice');
  });

  test('in every form field is harmless when the form comes back', async () => {
    expect(fields.size).toBeGreaterThan(30);
    const sent = Object.fromEntries([...fields].map((name) => [name, xssPayload(name)]));
    let back = 0;
    // These three only take a token, and would wait for Temporal.
    const quick = pathsOf('POST').filter((path) => !/\/(completion|retry|try)$/.test(path));
    for (const path of quick) {
      for (const answer of [await ada.post(path, sent), await ada.postByHtmx(path, 'main', sent)]) {
        expectHarmless(answer, path);
        if (answer.text.includes('&lt;img')) back++;
      }
    }
    expect(back).toBeGreaterThan(20);
  });
});

const lists = (path: string) =>
  ['errors', 'warnings', 'leaving', 'created', 'changed'].map((show) => `${path}?show=${show}`);
