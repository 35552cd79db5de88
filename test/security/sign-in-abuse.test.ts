import { beforeEach, expect, test } from 'vitest';
import { AuditEntry, User } from '../../database/entities/index.ts';
import { type Cast, castPassword, makeCast } from '../../testing/cast/cast.ts';
import { statementsOf } from '../../testing/cast/statements.ts';
import { ownDatabase } from '../../testing/servers/database.ts';
import { startWeb } from '../../testing/web/web.ts';

// ASVS 6.3.1 and 2.4.1 (guessing), 6.3.8 (account enumeration), 4.1.3 (forged addresses).

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
/** A second web process on the same database. */
const colleague = await startWeb(own);
/** A web process that trusts no proxy. */
const direct = await startWeb(own, { TRUST_PROXY: '192.0.2.1' });

/** A web process behind one proxy with any address. */
const behindOne = await startWeb(own, { TRUST_PROXY: '1' });

let cast: Cast;
beforeEach(async () => {
  cast = await makeCast(own.database);
});

let addresses = 0;
const newAddress = () => `198.51.${Math.floor(++addresses / 250)}.${addresses % 250}`;

const guess = (email: string, from = newAddress(), password = 'a wrong guess', at = web) =>
  at.stranger().post('/session', { email, password }, { 'X-Forwarded-For': from });
const guesses = async (count: number, one: (place: number) => ReturnType<typeof guess>) => {
  const statuses = [];
  for (let place = 0; place < count; place++) statuses.push((await one(place)).status);
  return statuses;
};

test('five guesses at an account from one address lock it there, but not elsewhere', async () => {
  const from = newAddress();
  expect(await guesses(6, () => guess(cast.ivo.email, from))).toEqual([422, 422, 422, 422, 422, 429]);
  const refused = await guess(cast.ivo.email, from, castPassword);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(60);
  expect((await guess(cast.ivo.email, newAddress(), castPassword)).status).toBe(303);
  expect((await guess(cast.nora.email, from, castPassword)).status).toBe(303);
});

test('two web processes share the counts, which expire after fifteen minutes', async () => {
  const from = newAddress();
  const inTurns = (place: number) =>
    guess(cast.ivo.email, from, 'a wrong guess', place % 2 === 0 ? web : colleague);
  expect(await guesses(6, inTurns)).toEqual([422, 422, 422, 422, 422, 429]);
  for (const at of [web, colleague])
    expect((await guess(cast.ivo.email, from, castPassword, at)).status).toBe(429);
  await em.fork().execute(`update rate_limits set expire = ?`, [Date.now()]);
  expect((await guess(cast.ivo.email, from, castPassword)).status).toBe(303);
});

test('a successful sign-in is not counted, and clears the earlier failures of its account', async () => {
  const from = newAddress();
  const nobody = (place: number) => guess(`none${place}.${cast.ivo.id}@x.example`, from);
  expect(await guesses(25, nobody)).toEqual(Array(25).fill(422));
  expect(await guesses(4, () => guess(cast.ivo.email, from))).toEqual(Array(4).fill(422));
  for (let times = 0; times < 3; times++)
    expect((await guess(cast.ivo.email, from, castPassword)).status).toBe(303);
  expect((await guess(cast.ivo.email, from)).status).toBe(422);
  expect((await guess(cast.nora.email, from)).status).toBe(429);
});

test('thirty guesses from one address lock it for every account', async () => {
  const from = newAddress();
  const statuses = await guesses(31, (place) => guess(`nobody${place}@x.example`, from));
  expect(statuses).toEqual([...Array(30).fill(422), 429]);
});

test('IPv6 addresses of one /64 network share a count', async () => {
  const statuses = await guesses(31, (place) =>
    guess(`other${place}@x.example`, `2001:db8:1:2::${place + 1}`),
  );
  expect(statuses.at(-1)).toBe(429);
  expect((await guess('other@x.example', '2001:db8:1:3::1')).status).toBe(422);
});

test('fifty guesses at an account lock it for every address and spelling', async () => {
  await em.fork().nativeUpdate(User, { id: cast.ivo.id }, { email: `kiki.${cast.ivo.id}@lastday.example` });
  // PostgreSQL folds the Kelvin sign to k.
  const spellings = ['kiki', 'KIKI', '\u212aiki', '\u212aI\u212ai'];
  const email = (place: number) => `${spellings[place % spellings.length]}.${cast.ivo.id}@lastday.example`;
  const statuses = await guesses(51, (place) => guess(email(place)));
  expect(statuses.slice(0, 50)).toEqual(Array(50).fill(422));
  expect(statuses.at(-1)).toBe(429);
});

test('a forged address does not reset the count', async () => {
  const statuses = await guesses(6, () => guess(cast.mira.email, newAddress(), 'a wrong guess', direct));
  expect(statuses.at(-1)).toBe(429);
});

test('a forged private address does not hide the address that the proxy appends', async () => {
  const forged = () => `${newAddress()}, 10.0.0.5`;
  const statuses = await guesses(6, () => guess(cast.timo.email, forged(), 'a wrong guess', behindOne));
  expect(statuses.at(-1)).toBe(429);
});

test('wrong password, unknown address, suspended user and missing password get one response', async () => {
  await em.fork().nativeUpdate(User, { id: cast.emil.id }, { status: 'suspended' });
  await em.fork().nativeUpdate(User, { id: cast.timo.id }, { passwordHash: null });
  const answer = async (email: string, password = castPassword) => {
    const { status, text, headers } = await guess(email, newAddress(), password);
    return {
      status,
      text: text.replaceAll(email, 'the address'),
      headers: [...headers.keys()].filter((name) => name !== 'content-length').sort(),
    };
  };
  const wrong = await answer(cast.nora.email, 'a wrong guess');
  expect(wrong.status).toBe(422);
  expect(await answer(`nobody.${cast.ivo.id}@lastday.example`)).toEqual(wrong);
  expect(await answer(cast.emil.email)).toEqual(wrong);
  expect(await answer(cast.timo.email)).toEqual(wrong);
});

test('the response time does not reveal accounts, because every case computes one hash', async () => {
  const emails = [cast.nora.email, `nobody.${cast.nora.id}@lastday.example`];
  const times: number[][] = [[], []];
  for (let round = 0; round < 9; round++) {
    for (const [place, email] of emails.entries()) {
      const began = performance.now();
      await guess(email);
      times[place]!.push(performance.now() - began);
    }
  }
  const [known, unknown] = times.map((all) => all.sort((a, b) => a - b)[4]!);
  // The hash is most of the time. Without it, a response takes a fifth.
  expect(unknown! / known!).toBeGreaterThan(0.5);
});

test('the SQL statements do not depend on whether the account exists', async () => {
  const sent = async (email: string) =>
    // The name of the workspace is read every ten seconds, independent of the request.
    (await statementsOf(() => guess(email)))
      .filter((text) => !/from "workspace"/.test(text))
      .map((text) => text.replace(/(failed', )(\d+|null)/, '$1…'));
  await sent(cast.nora.email);
  const ofKnown = await sent(cast.nora.email);
  expect(ofKnown.some((text) => /insert into "?audit_entries/i.test(text))).toBe(true);
  expect(await sent('nobody.at.all@lastday.example')).toEqual(ofKnown);
});

test('a failed sign-in without an account is audited without the typed address', async () => {
  const before = await em.fork().count(AuditEntry, { action: 'user.sign_in_failed', userId: null });
  await guess('nine lively otters@x.example');
  const entries = await em.fork().find(AuditEntry, { action: 'user.sign_in_failed', userId: null });
  expect(entries).toHaveLength(before + 1);
  expect(JSON.stringify(entries)).not.toContain('otters');
});
