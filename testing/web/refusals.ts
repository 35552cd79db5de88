import type { Database } from '../../database/core/orm.ts';
import { ProviderAccount } from '../../database/entities/index.ts';
import { updateUser } from '../../database/people/users.ts';
import type { Cast } from '../cast/cast.ts';
import type { startLyingProvider } from '../outside/lying-provider.ts';
import { followToEnd } from './provider-sign-in.ts';
import type { Answer, TestWeb } from './web.ts';

/** The variables of a console whose roles come from the claim `groups`. */
export const roleVariables = { OIDC_ROLE_CLAIM: 'groups', OIDC_ROLE_MAP: JSON.stringify({ it: 'it-admin' }) };

/** The claims of a sign-in that is refused, by its cause. */
export type RefusedClaims = Record<string, { sub: string } & Record<string, unknown>>;

/** Prepares a sign-in for each cause about a person. All claims have the same members, as one provider sends them. */
export async function refusedClaims({ em }: Database, cast: Cast, issuer: string): Promise<RefusedClaims> {
  const fork = em.fork();
  for (const [subject, userId] of [
    ['without-access', cast.timo.id],
    ['of-rosa', cast.rosa.id],
    ['of-emil', cast.emil.id],
  ] as const)
    fork.create(ProviderAccount, { issuer, subject, userId, linkedBy: 'invitation' });
  await fork.flush();
  await updateUser(em, 'system', cast.timo.id, { status: 'suspended' });
  const claims = (sub: string, email: string, group = 'it') => ({
    sub,
    email,
    email_verified: true,
    groups: [group],
  });
  return {
    'unknown-person': claims('stranger-1', 'stranger@elsewhere.example'),
    'no-access': claims('without-access', cast.timo.email),
    'no-role': claims('of-emil', cast.emil.email, 'xx'),
    'email-has-role': claims('stranger-2', cast.nora.email),
    'linked-to-another': claims('stranger-3', cast.rosa.email),
  };
}

/** Refuses sign-ins in turns, one of each kind `rounds` times. Returns the times in milliseconds, and what was shown. */
export async function refuseInTurns(
  web: Pick<TestWeb, 'stranger'>,
  { lies, tools }: Pick<Awaited<ReturnType<typeof startLyingProvider>>, 'lies' | 'tools'>,
  kinds: RefusedClaims,
  rounds: number,
): Promise<{ times: Record<string, number[]>; answers: Answer[] }> {
  const times = Object.fromEntries(Object.keys(kinds).map((kind): [string, number[]] => [kind, []]));
  const answers: Answer[] = [];
  const all = Object.entries(kinds);
  for (let round = 0; round < rounds; round++) {
    // Each round begins with the next kind, so that none always follows the same one.
    const first = round % all.length;
    for (const [kind, claims] of [...all.slice(first), ...all.slice(0, first)]) {
      lies.idToken = (honest) => tools.sign({ ...honest, ...claims });
      lies.userinfo = { sub: claims.sub };
      const browser = web.stranger();
      const { callback } = await followToEnd(browser, '/sign-in/oidc', { stopBefore: true });
      const began = performance.now();
      answers.push(await browser.get(callback));
      times[kind]!.push(performance.now() - began);
    }
  }
  return { times, answers };
}

/** What is the same for all refusals: the status, the page without its reference, and the headers without their time. */
export const shownBy = ({ status, text, headers }: Answer) => ({
  status,
  text: text.replace(/<strong class="tag">[A-Z0-9]{8}<\/strong>/, ''),
  headers: [...headers]
    .filter(([name]) => !['date', 'set-cookie', 'lastday-request-id', 'x-request-id'].includes(name))
    .map(([name, value]) => [name, name === 'content-length' ? '' : value]),
});

/** The median of some times. */
export const medianOf = (times: readonly number[]): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
