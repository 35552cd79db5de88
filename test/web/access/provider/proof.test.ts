import { describe, expect } from 'vitest';
import { listRefusals } from '../../../../database/access/sign-in-refusals.ts';
import { sqlOf } from '../../../../database/core/tables.ts';
import { AuditEntry } from '../../../../database/entities/index.ts';
import { userById } from '../../../../database/people/users.ts';
import type { Cast } from '../../../../testing/cast/cast.ts';
import { startLyingProvider } from '../../../../testing/outside/lying-provider.ts';
import { consoleTests } from '../../../../testing/web/console.ts';
import { entriesOf } from '../../../../testing/web/form.ts';
import { ageProofs } from '../../../../testing/web/proof-age.ts';
import { followToEnd } from '../../../../testing/web/provider-sign-in.ts';
import type { Browserlike } from '../../../../testing/web/web.ts';

const { issuer, lies, tools, variables } = await startLyingProvider();
const { em, web, test } = await consoleTests({ ...variables, SIGN_IN: 'sso' });

/** What the provider says from now on: who has signed in, and how many seconds ago. */
function say(subject: string, ageSeconds: number | null) {
  lies.hangsAt = [];
  lies.userinfo = { sub: subject };
  lies.idToken = (claims) => {
    const at = ageSeconds === null ? {} : { auth_time: Math.floor(Date.now() / 1_000) - ageSeconds };
    return tools.sign({ ...claims, ...at, sub: subject, sid: crypto.randomUUID() });
  };
}

/** Signs Ada in with the provider, and waits until that no longer counts. */
async function signedInLongAgo({ ada }: Cast): Promise<Browserlike> {
  const subject = subjectOf(ada.id);
  await link(ada.id);
  say(subject, 3_600);
  const browser = web.stranger();
  expect((await followToEnd(browser, '/sign-in/oidc')).answer.location).toBe('/');
  await ageProofs(em, ada.id, 300);
  return browser;
}

const link = (userId: number) =>
  sqlOf(em.fork())
    .insertInto('provider_accounts')
    .values({ issuer, subject: subjectOf(userId), user_id: userId, linked_by: 'invitation' })
    .execute();

const subjectOf = (userId: number) => `person-${userId}`;

/** Posts a form, and returns the link to the provider. */
async function wayToProvider(browser: Browserlike, address: string, typed: [string, string][]) {
  const { status, text } = await browser.post(address, typed);
  expect([status, text]).toEqual([403, expect.not.stringContaining('proof_password')]);
  return /href="(\/me\/proof\/provider\?asked=[0-9a-f-]{36})"/.exec(text)![1]!;
}

const recorded = (userId: number, action: AuditEntry['action']) =>
  em.fork().count(AuditEntry, { userId, action });
const lastCause = async () => (await listRefusals(em, 1)).rows[0]!.cause;

describe('a proof by the provider', () => {
  test('asks for a new sign-in, and what was typed is done afterwards', async ({ cast }) => {
    const browser = await signedInLongAgo(cast);
    // More than a cookie holds.
    const note = `"<&\r\n'${'ä'.repeat(5_000)}`;
    const typed: [string, string][] = [
      ['role', 'it-admin'],
      ['note', note],
      ['note', 'another'],
    ];
    const address = `/users/${cast.emil.id}/role`;
    const way = await wayToProvider(browser, address, typed);
    const there = new URL((await browser.get(way)).location!).searchParams;
    expect([there.get('max_age'), there.get('prompt')]).toEqual(['0', 'login']);

    const before = browser.cookies.get('lastday')!;
    say(subjectOf(cast.ada.id), 0);
    const { answer } = await followToEnd(browser, way);
    expect(answer.location).toBe(way.replace('/provider', ''));
    expect((await userById(em, cast.emil.id)).role).toBe('employee');
    const { text } = await browser.get(answer.location!);
    expect(entriesOf(text, address)).toEqual(typed);
    expect((await browser.post(address, typed)).status).toBe(303);
    expect((await userById(em, cast.emil.id)).role).toBe('it-admin');

    // The form is shown once, so that going back does nothing twice.
    expect((await browser.get(answer.location!)).location).toBe('/');
    const old = web.stranger();
    old.cookies.set('lastday', before);
    expect((await old.get('/me')).location).toMatch('/sign-in');
    expect(await recorded(cast.ada.id, 'user.proved_identity')).toBe(1);
  });

  test.for<[string, (cast: Cast) => void, string]>([
    ['an old sign-in', ({ ada }) => say(subjectOf(ada.id), 60), 'invalid-answer'],
    ['no time of the sign-in', ({ ada }) => say(subjectOf(ada.id), null), 'invalid-answer'],
    ['the account of another person', ({ emil }) => say(subjectOf(emil.id), 0), 'other-account'],
    ['silence', () => Object.assign(lies, { hangsAt: ['/token'] }), 'provider-silent'],
  ])('is refused for %s, and what was typed is still there', async ([, lie, cause], { cast }) => {
    const browser = await signedInLongAgo(cast);
    await link(cast.emil.id);
    const address = `/users/${cast.timo.id}/role`;
    const way = await wayToProvider(browser, address, [['role', 'it-admin']]);
    lie(cast);
    const session = browser.cookies.get('lastday');
    const { answer } = await followToEnd(browser, way);
    const { text } = await browser.get(answer.location!);
    expect(text).toMatch(/Single sign-on didn&#39;t confirm it&#39;s you\..* [A-Z0-9]{8}/);
    expect(text).toContain(`href="${way}"`);
    expect(await lastCause()).toBe(cause);
    expect(browser.cookies.get('lastday')).toBe(session);
    expect((await browser.post(address, { role: 'it-admin' })).status).toBe(403);
    expect((await userById(em, cast.timo.id)).role).toBe('employee');
    expect(await recorded(cast.ada.id, 'user.proof_failed')).toBe(1);
  });

  test('is for the change that was asked for last, and only in its session', async ({ cast }) => {
    const browser = await signedInLongAgo(cast);
    const address = `/users/${cast.timo.id}/role`;
    const first = await wayToProvider(browser, address, [['role', 'admin']]);
    const second = await wayToProvider(browser, address, [['role', 'it-admin']]);
    expect((await browser.get(first)).location).toBe('/');
    say(subjectOf(cast.ada.id), 0);
    const { callback } = await followToEnd(browser, second, { stopBefore: true });
    const thief = web.stranger();
    expect((await thief.get(callback)).status).toBe(403);
    expect((await browser.get(callback)).location).toMatch('/me/proof?asked=');
    expect((await browser.get(callback)).status).toBe(403);
  });
});

test('a person without a way to prove their identity has to sign in again', async ({ cast }) => {
  const browser = await signedInLongAgo(cast);
  await sqlOf(em.fork()).deleteFrom('provider_accounts').where('user_id', '=', cast.ada.id).execute();
  const { status, text } = await browser.post('/settings/tokens', { name: 'feed' });
  expect([status, text]).toEqual([403, expect.stringContaining('To do this, sign out')]);
});
