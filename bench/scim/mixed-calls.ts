import { setTimeout as pause } from 'node:timers/promises';
import { timeOf } from '../clock.ts';
import type { Provisioned, provisionEverybody } from './provision-everybody.ts';
import type { CallScim } from './scim-client.ts';

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

type Directory = Awaited<ReturnType<typeof provisionEverybody>>;

/** One call in the words of Entra or Okta. `of` returns another account for each call. */
interface Call {
  name: string;
  /** Of a hundred calls. */
  share: number;
  send(call: CallScim, directory: Directory, number: number): Promise<unknown>;
}

const accountFor = ({ accounts }: Directory, number: number): Provisioned =>
  accounts[number % accounts.length]!;
const groupFor = ({ groups }: Directory, number: number): string => groups[number % groups.length]!;
const filtered = (filter: string) => `/Users?filter=${encodeURIComponent(filter)}`;
const patching = (...Operations: object[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
});

/** What Entra and Okta send, by its share of all calls. */
const calls: readonly Call[] = [
  {
    name: 'filter by userName',
    share: 25,
    send: (call, all, n) => call('GET', filtered(`userName eq "${accountFor(all, n).userName}"`)),
  },
  {
    name: 'filter by externalId',
    share: 10,
    send: (call, all, n) => call('GET', filtered(`externalId eq "${accountFor(all, n).externalId}"`)),
  },
  {
    name: 'filter by address',
    share: 4,
    send: (call, all, n) =>
      call('GET', filtered(`emails[type eq "work" and value eq "${accountFor(all, n).userName}"]`)),
  },
  { name: 'read', share: 15, send: (call, all, n) => call('GET', `/Users/${accountFor(all, n).id}`) },
  { name: 'first page', share: 1, send: (call) => call('GET', '/Users?startIndex=1&count=2') },
  {
    name: 'page of 100',
    share: 2,
    send: (call, all, n) =>
      call('GET', `/Users?startIndex=${1 + ((n * 97) % all.accounts.length)}&count=100`),
  },
  {
    name: 'PATCH active, Entra',
    share: 6,
    send: async (call, all, n) => {
      // Each person is deactivated, and comes back a few calls later.
      const value = n % 2 === 0 ? 'False' : 'True';
      const { id } = accountFor(all, 9_000 + Math.floor(n / 2));
      return call('PATCH', `/Users/${id}`, patching({ op: 'Replace', path: 'active', value }));
    },
  },
  {
    name: 'PATCH title',
    share: 8,
    send: (call, all, n) =>
      call(
        'PATCH',
        `/Users/${accountFor(all, n).id}`,
        patching({ op: 'Replace', path: 'title', value: `Title ${all.run} ${n}` }),
      ),
  },
  {
    name: 'PATCH manager',
    share: 7,
    send: (call, all, n) =>
      call(
        'PATCH',
        `/Users/${accountFor(all, n).id}`,
        patching({ op: 'Add', path: `${enterprise}:manager`, value: accountFor(all, 15_000 + n).id }),
      ),
  },
  {
    name: 'PUT, Okta',
    share: 8,
    send: (call, all, n) => {
      const { id, userName, externalId } = accountFor(all, n);
      return call('PUT', `/Users/${id}`, {
        ...personNamed(`Put ${n}`, userName, externalId),
        title: `Put ${all.run} ${n}`,
      });
    },
  },
  {
    name: 'POST',
    share: 6,
    send: (call, { run }, n) =>
      call('POST', '/Users', personNamed(`Mixed ${n}`, `mixed-${run}-${n}@idp.example`, `mixed-${run}-${n}`)),
  },
  {
    name: 'group by name',
    share: 3,
    send: (call, _, n) =>
      call(
        'GET',
        `/Groups?excludedAttributes=members&filter=displayName%20eq%20%22Group%20${1 + (n % 100)}%22`,
      ),
  },
  {
    name: 'PATCH group',
    share: 5,
    send: (call, all, n) => {
      const value = [{ value: accountFor(all, Math.floor(n / 2)).id }];
      return call(
        'PATCH',
        `/Groups/${groupFor(all, Math.floor(n / 2))}`,
        patching({ op: n % 2 === 0 ? 'Add' : 'Remove', path: 'members', value }),
      );
    },
  },
];

/** The body of a person as Okta sends it. */
export const personNamed = (name: string, userName: string, externalId: string) => ({
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', enterprise],
  userName,
  externalId,
  password: 'not stored',
  active: true,
  displayName: name,
  name: { givenName: name, familyName: 'Bench' },
  emails: [{ primary: true, value: userName, type: 'work' }],
});

/**
 * Sends `perSecond` calls a second, each at its time whether or not the earlier ones are answered, and returns how long each
 * kind took from then, in milliseconds.
 */
export async function sendMixedCalls(
  call: CallScim,
  directory: Directory,
  { perSecond, seconds, from = 0 }: { perSecond: number; seconds: number; from?: number },
): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>(calls.map(({ name }) => [name, []]));
  const order = spread();
  const sent = new Map<string, number>();
  const began = performance.now();
  const answers: Promise<void>[] = [];
  for (let i = 0; i < perSecond * seconds; i++) {
    const due = began + (i * 1_000) / perSecond;
    await pause(Math.max(0, due - performance.now()));
    const { name, send } = order[i % order.length]!;
    const number = from + (sent.get(name) ?? 0);
    sent.set(name, number - from + 1);
    const late = performance.now() - due;
    answers.push(
      timeOf(() => send(call, directory, number)).then((ms) => void times.get(name)!.push(late + ms)),
    );
  }
  await Promise.all(answers);
  return times;
}

/** A hundred calls, each kind at even distances. */
function spread(): Call[] {
  const places = calls.flatMap((call) =>
    Array.from({ length: call.share }, (_, i) => ({ call, place: (i + 0.5) / call.share })),
  );
  return places.toSorted((a, b) => a.place - b.place).map(({ call }) => call);
}
