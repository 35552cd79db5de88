import type { AccountClaims, TestProvider } from '../outside/identity-provider.ts';
import { type Answer, Browserlike, type TestWeb } from './web.ts';

/** A sign-in with the provider, from its link to Lastday's answer. */
export interface ProviderSignIn {
  browser: Browserlike;
  /** What Lastday answered at its callback. */
  answer: Answer;
  /** The path and query of the callback. */
  callback: string;
}

/** Signs a new browser in with the provider as `account`. */
export async function signInAs(
  web: Pick<TestWeb, 'stranger'>,
  provider: TestProvider,
  account: AccountClaims,
  path = '/sign-in/oidc',
): Promise<ProviderSignIn> {
  provider.account = account;
  const browser = web.stranger();
  return { browser, ...(await followToEnd(browser, path)) };
}

/** Follows a sign-in to Lastday's answer, or with `stopBefore` to the address that the provider leads back to. */
export async function followToEnd(
  browser: Browserlike,
  path: string,
  { stopBefore = false } = {},
): Promise<{ answer: Answer; callback: string }> {
  let answer = await browser.get(path);
  let address = new URL(answer.location ?? failedAt(path, answer));
  const there = new Browserlike(address.origin);
  while (address.pathname !== '/sign-in/oidc/callback') {
    answer = await there.get(address.pathname + address.search);
    address = new URL(answer.location ?? failedAt(address.href, answer), address);
  }
  const callback = address.pathname + address.search;
  return { callback, answer: stopBefore ? answer : await browser.get(callback) };
}

function failedAt(address: string, { status, text }: Answer): never {
  throw new Error(`${address} answered ${status}: ${text.slice(0, 500)}`);
}
