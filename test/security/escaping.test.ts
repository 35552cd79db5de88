import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { assignAsset, recoverAsset } from '../../database/assignments.ts';
import { completeOffboarding } from '../../database/completion.ts';
import { Mail, Notification, Offboarding, User } from '../../database/entities/index.ts';
import { createLink } from '../../database/links.ts';
import { mailTokens } from '../../database/mail-tokens.ts';
import { createRequest, resolveRequest } from '../../database/requests.ts';
import { assignSeat } from '../../database/seats.ts';
import { sqlOf } from '../../database/tables.ts';
import { createToken, revokeToken } from '../../database/tokens.ts';
import { updateUser } from '../../database/users.ts';
import type { NotificationKind } from '../../domain/notices.ts';
import { makeCast } from '../support/cast.ts';
import { clearChecklist } from '../support/clearing.ts';
import { ownDatabase } from '../support/database.ts';
import { testKey } from '../support/engine.ts';
import { fillWithHarm, harmIn, hostile, markOf } from '../support/hostile.ts';
import { csvOf, importing } from '../support/importing.ts';
import { routesOf } from '../support/routes.ts';
import { type Answer, type Browserlike, startWeb } from '../support/web.ts';
import { deliver, subscribe, tried } from '../support/webhooks.ts';

// ASVS 1.2.1: whatever a field of the database, of a form or of an address holds, pages show it as text.

const own = await ownDatabase();
const { database } = own;
const { em } = database;
const web = await startWeb(own, { SECRET_KEY: testKey });

/** Columns that hold texts and are shown by no page. */
const shownNowhere = [
  'import_rows.key',
  'import_rows.other_key',
  'import_rows.problems', // the judgement of a line repeats them
  'imports.started_by',
  'offboardings.opened_by',
];

let filled: string[] = [];
let ada: Browserlike;
let lena: Browserlike;
let params: Record<string, unknown[]>;

beforeAll(async () => {
  const leaving = await makeCast(database);
  const gone = await makeCast(database);
  const actor = `user:${gone.ivo.id}` as const;
  ada = await web.signIn(leaving.ada.email);
  lena = await web.signIn(leaving.lena.email);
  await web.signIn(leaving.ada.email);

  await clearChecklist(database, gone);
  await completeOffboarding(em, gone.offboardingId, actor);
  const taken = await assignAsset(em, actor, leaving.spare.id, leaving.timo.id).then(() => leaving.spare.id);
  const back = { condition: 'worn', nextStatus: 'lost', note: 'On a train' } as const;
  await recoverAsset(em, actor, taken, back);
  await assignAsset(em, actor, gone.spare.id, gone.emil.id);
  await updateUser(em, actor, gone.emil.id, { status: 'offboarded' });
  const seatId = await assignSeat(em, actor, leaving.license.id, leaving.timo.id);
  const wish = await createRequest(em, actor, leaving.emil.id, { item: 'Chair', reason: 'Back' });
  await resolveRequest(em, actor, wish, { outcome: 'rejected', note: 'No chairs', assetId: null });

  const endpoint = await subscribe(database);
  const failed = await deliver(database, endpoint.id, 'failed');
  const pending = await deliver(database, endpoint.id, 'pending');
  await tried(database, failed, 1, 'http_error');
  await tried(database, pending, 1, 'http_error');

  const { upload, run } = importing(database, `user:${leaving.ada.id}`);
  const people = csvOf(
    ['email', 'name', 'department', 'endDate', 'managerExternalId'],
    [leaving.emil.email, 'Emil', 'Sales', '2099-01-31', gone.lena.externalId],
    ['new@x.example', 'New', 'Sales', '', leaving.mira.externalId],
    ['nobody', '', '', 'soon', ''],
  );
  const ready = await upload('users', people);
  const assets = await upload(
    'assets',
    csvOf(['tag', 'model', 'location'], [gone.laptop.tag, 'X1', 'Porto']),
  );
  const over = await run(
    'licenses',
    csvOf(['license', 'vendor', 'seatsTotal'], ['Miro', 'Miro', 4], ['', '', 'x']),
  );

  await createToken(em, `user:${leaving.ada.id}`, { name: 'hr feed', scopes: ['users:read'] });
  const old = await createToken(em, `user:${leaving.ada.id}`, { name: 'old feed', scopes: ['users:read'] });
  await revokeToken(em, actor, old.token.id);

  const fork = em.fork();
  const kinds: Partial<Record<NotificationKind, Record<string, string | string[]>>> = {
    offboarding_completed: {},
    offboarding_reminder: {},
    tokens_ended: { tokens: ['hr'] },
    webhook_failed: { url: 'https://x.example' },
    webhook_disabled: { url: 'https://x.example', reason: 'gone' },
    offboarding_stuck: { step: 'mails' },
    mail_failed: { outcome: 'refused' },
    import_ended: { fileName: 'people.csv', kind: 'users', state: 'done' },
  };
  for (const [kind, details] of Object.entries(kinds))
    for (const userId of [leaving.ada.id, leaving.lena.id])
      fork.create(Notification, {
        userId,
        kind: kind as NotificationKind,
        aboutUserId: leaving.lena.id,
        details,
      });
  fork.create(Mail, {
    userId: leaving.emil.id,
    kind: 'completions',
    offboardingId: leaving.offboardingId,
    state: 'failed',
    outcome: 'refused',
    closedAt: new Date(),
  });
  await fork.flush();
  await em.fork().nativeUpdate(Offboarding, { id: leaving.offboardingId }, { failedStep: 'mails' });
  await em.fork().nativeUpdate(User, { id: leaving.lena.id }, { startDate: '2020-01-01' });

  const invitation = await createLink(em, {
    userId: leaving.emil.id,
    purpose: 'invitation',
    actor: 'system',
  });
  params = {
    userId: [leaving, gone]
      .flatMap((cast) => [cast.lena, cast.emil, cast.timo, cast.mira])
      .map(({ id }) => id),
    assetId: [leaving, gone].flatMap(({ laptop, spare }) => [laptop.id, spare.id]),
    licenseId: [leaving.license.id, gone.license.id],
    requestId: [leaving.requestId, gone.requestId, wish],
    importId: [ready.id, assets.id, over.id],
    endpointId: [endpoint.id],
    deliveryId: [failed, pending],
    seatId: [seatId],
    token: [invitation, mailTokens(testKey).sign({ userId: leaving.mira.id, kind: 'reminders' })],
    tokenId: [old.token.id],
    mailId: [1],
    sessionKey: ['unknown'],
  };
  filled = await fillWithHarm(own.ownerUrl);
  await sql`update sessions set sess = jsonb_set(sess::jsonb, '{address}', to_jsonb(${hostile(markOf('sessions.sess'))}::text))`.execute(
    sqlOf(em.fork()),
  );
});

/** Every address that a route of the console stands for. */
function addressesOf(path: string): string[] {
  const name = /:(\w+)/.exec(path)?.[1];
  if (name === undefined) return [path];
  if (params[name] === undefined) throw new Error(`Say in this test what :${name} of ${path} stands for.`);
  return params[name].flatMap((value) => addressesOf(path.replace(`:${name}`, String(value))));
}

const pathsOf = (method: 'GET' | 'POST') =>
  routesOf(web.app)
    .filter(
      (route) => route.startsWith(`${method} /`) && !/ \/(health|api\/v1|vendor|session\/end)/.test(route),
    )
    .flatMap((route) => addressesOf(route.slice(method.length + 1)));

const isPage = ({ headers }: Answer) => headers.get('content-type')?.startsWith('text/html');

function expectHarmless(answer: Answer, what: string) {
  expect(answer.status, what).toBeLessThan(500);
  if (!isPage(answer)) return;
  expect(harmIn(answer.text), what).toEqual([]);
  for (const [, address] of answer.text.matchAll(/\s(?:href|src|action|hx-get|hx-post)="([^"]*)"/g))
    expect(address, what).toMatch(/^(\/|#|\?|mailto:|https?:|$)/);
}

const seen = new Set<string>();
const fields = new Set<string>(['loaded', 'token', 'return', 'from']);
const remember = ({ text }: Answer) => {
  for (const column of [...filled, 'sessions.sess']) if (text.includes(markOf(column))) seen.add(column);
  for (const [, name] of text.matchAll(/<(?:input|select|textarea|button)[^>]* name="([^"]+)"/g))
    fields.add(name!);
};

describe('a hostile text', () => {
  test('in every field of the database does no harm on any page', async () => {
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

  test('was seen from every field that pages show: nothing of the above was in vain', () => {
    expect([...filled, 'sessions.sess'].filter((column) => !seen.has(column)).sort()).toEqual(shownNowhere);
  });

  test('in every parameter of an address does no harm on any page', async () => {
    const names = [...fields, 'q', 'page', 'window', 'view', 'show', 'status', 'kind', 'state', 'type'];
    const more = ['user', 'action', 'before', 'person', 'search', 'asked', 'seen', 'department', 'role'];
    const query = new URLSearchParams(
      Object.fromEntries([...names, ...more].map((name) => [name, hostile(name)])),
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

  test('in a cookie of ours does no harm', async () => {
    const notice = Buffer.from(JSON.stringify({ tone: '"zq="', text: hostile('notice') })).toString(
      'base64url',
    );
    const victim = web.stranger();
    victim.cookies.set('lastday-notice', notice);
    victim.cookies.set('lastday-shown-once', encodeURIComponent(hostile('once')));
    const answer = await victim.get('/sign-in');
    expect(answer.text).toContain('notice &lt;img');
    expectHarmless(answer, 'a notice');
  });

  test('in every field of every form does no harm when the form comes back', async () => {
    expect(fields.size).toBeGreaterThan(30);
    const sent = Object.fromEntries([...fields].map((name) => [name, hostile(name)]));
    let back = 0;
    // These three hold nothing but a token, and would wait for an engine.
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
  ['errors', 'leaving', 'notes', 'created', 'changed'].map((show) => `${path}?show=${show}`);

describe('no view', () => {
  const folder = fileURLToPath(new URL('../../web/views/', import.meta.url));
  const views = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.eta'))
    .map((name) => [name, readFileSync(folder + name, 'utf8')] as const);

  test('prints anything unescaped but other views and icons', () => {
    const raw = views.flatMap(([name, text]) =>
      [...text.matchAll(/<%~\s*([\s\S]*?)%>/g)].map(([, code]) => `${name}: ${code!.trim()}`),
    );
    expect(raw.filter((line) => !/: (include\(|h\.icon\(|it\.body$)/.test(line))).toEqual([]);
  });

  test('prints into an attribute without quotes, into a script or a style, or runs code of its own', () => {
    for (const [name, text] of views) {
      expect(text, name).not.toMatch(/<[a-z][^>]*\s[\w-]+=<%=/);
      expect(text, name).not.toMatch(/<style|<script(?! src=)|\son\w+=|hx-on|\sstyle=|["']js:|hx-vals=/i);
    }
  });
});
