import { describe, expect } from 'vitest';
import { createLink } from '../../../../database/access/one-time-links.ts';
import { listRefusals } from '../../../../database/access/sign-in-refusals.ts';
import { updateUser } from '../../../../database/people/users.ts';
import { startIdentityProvider } from '../../../../testing/outside/identity-provider.ts';
import { consoleTests } from '../../../../testing/web/console.ts';
import { followToEnd, signInAs } from '../../../../testing/web/provider-sign-in.ts';

const lastday = 'http://127.0.0.1:3000';
const provider = await startIdentityProvider(lastday);
const { em, web, test } = await consoleTests(provider.variables);

const causeOf = async (reference: string) => {
  const { rows } = await listRefusals(em, 1);
  return rows.find((refusal) => refusal.reference === reference)?.cause;
};

/** Signs in with the provider, expects a refusal, and returns its cause. */
async function refusalOf(account: Parameters<typeof signInAs>[2], path?: string) {
  const { answer } = await signInAs(web, provider, account, path);
  expect(answer.status).toBe(403);
  const reference = /<strong class="tag">([A-Z0-9]{8})<\/strong>/.exec(answer.text)?.[1];
  return causeOf(reference!);
}

const verified = (sub: string, email: string) => ({ sub, email, email_verified: true });

describe('the first sign-in', () => {
  test('an employee is found by a verified address, and afterwards by the subject alone', async ({
    cast,
  }) => {
    const { browser, answer } = await signInAs(web, provider, verified('emil-1', cast.emil.email));
    expect([answer.status, answer.location]).toEqual([303, '/']);
    expect((await browser.get('/me')).text).toContain('Emil Novák');
    const again = await signInAs(web, provider, verified('emil-1', 'other@example.com'));
    expect((await again.browser.get('/me')).text).toContain('Emil Novák');
  });

  test('an address that the provider has not verified finds nobody', async ({ cast }) => {
    const account = { sub: 'emil-2', email: cast.emil.email, email_verified: false };
    expect(await refusalOf(account)).toBe('unknown-person');
    expect(await refusalOf({ ...account, sub: 'emil-3', xms_edov: '0' })).toBe('unknown-person');
    const { answer } = await signInAs(web, provider, { ...account, sub: 'emil-4', xms_edov: true });
    expect(answer.status).toBe(303);
  });

  test('a role is never linked by address, but by an invitation that was opened', async ({ cast }) => {
    const account = verified('ada-1', cast.ada.email);
    expect(await refusalOf(account)).toBe('email-has-role');
    const value = await createLink(em, { userId: cast.ada.id, purpose: 'invitation', actor: 'system' });
    const { browser, answer } = await signInAs(web, provider, account, `/sign-in/oidc?invitation=${value}`);
    expect(answer.status).toBe(303);
    expect((await browser.get('/settings/tokens')).status).toBe(200);
    expect(await refusalOf(verified('ada-2', 'x@example.com'), `/sign-in/oidc?invitation=${value}`)).toBe(
      'invitation-over',
    );
  });

  test('a second account with the address of a linked person is refused', async ({ cast }) => {
    await signInAs(web, provider, verified('rosa-1', cast.rosa.email));
    expect(await refusalOf(verified('rosa-2', cast.rosa.email))).toBe('linked-to-another');
  });

  test('subjects that differ in case are different people', async ({ cast }) => {
    await signInAs(web, provider, verified('Timo', cast.timo.email));
    expect(await refusalOf({ sub: 'timo' })).toBe('unknown-person');
  });
});

test('someone suspended is refused although the provider says yes', async ({ cast }) => {
  await signInAs(web, provider, verified('emil-s', cast.emil.email));
  await updateUser(em, 'system', cast.emil.id, { status: 'suspended' });
  expect(await refusalOf(verified('emil-s', cast.emil.email))).toBe('no-access');
});

describe('the answer of the provider', () => {
  test('it is used once, and only in the browser that asked', async ({ cast }) => {
    const account = verified('mira-1', cast.mira.email);
    const { browser, callback } = await signInAs(web, provider, account);
    const twice = await browser.get(callback);
    expect(twice.status).toBe(403);
    const stranger = await web.stranger().get(callback);
    expect(stranger.status).toBe(403);
    expect(twice.text.replace(/[A-Z0-9]{8}/g, '')).toBe(stranger.text.replace(/[A-Z0-9]{8}/g, ''));
  });

  test('an answer for another sign-in of the same browser is refused', async ({ cast }) => {
    const browser = web.stranger();
    provider.account = verified('mira-2', cast.mira.email);
    const first = await followToEnd(browser, '/sign-in/oidc', { stopBefore: true });
    await browser.get('/sign-in/oidc');
    expect((await browser.get(first.callback)).status).toBe(403);
  });
});

test('signing out leads to the provider and back', async ({ cast }) => {
  const { browser } = await signInAs(web, provider, verified('lena-1', cast.lena.email));
  const page = await browser.get('/me');
  expect(page.headers.get('content-security-policy')).toContain(`form-action 'self' ${provider.issuer};`);
  const out = await browser.post('/session/end');
  expect(out.location).toMatch(new RegExp(`^${provider.issuer}/session/end\\?id_token_hint=`));
  expect((await browser.get('/me')).location).toMatch('/sign-in');
  expect((await browser.get('/sign-in/oidc/logout')).location).toBe('/sign-in');
});
