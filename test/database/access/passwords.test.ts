import { argon2Sync } from 'node:crypto';
import { expect, test } from 'vitest';
import { hashPassword, isPassword, needsRehash } from '../../../database/access/passwords.ts';

test('only the right password matches a hash', async () => {
  const stored = await hashPassword('three dull knives');
  expect(await isPassword('three dull knives', stored)).toBe(true);
  expect(await isPassword('three dull knife', stored)).toBe(false);
});

test('the same password is stored differently each time', async () => {
  expect(await hashPassword('three dull knives')).not.toBe(await hashPassword('three dull knives'));
});

test('a password is stored as argon2id at the cost that OWASP recommends, like other implementations compute it', async () => {
  const stored = await hashPassword('three dull knives');
  const [, kind, version, cost, salt, key] = stored.split('$');
  expect([kind, version, cost]).toEqual(['argon2id', 'v=19', 'm=19456,t=2,p=1']);
  const computed = argon2Sync('argon2id', {
    message: 'three dull knives',
    nonce: Buffer.from(salt!, 'base64'),
    memory: 19456,
    passes: 2,
    parallelism: 1,
    tagLength: 32,
  });
  expect(Buffer.from(key!, 'base64')).toEqual(computed);
});

test('é as one character or as two is the same password', async () => {
  expect(await isPassword('cafe\u0301 at the corner', await hashPassword('caf\u00e9 at the corner'))).toBe(
    true,
  );
});

test('without a stored password the check fails, and takes as long', async () => {
  const stored = await hashPassword('three dull knives');
  await isPassword('warm', null);
  const known = await shortest(() => isPassword('wrong password', stored));
  const unknown = await shortest(() => isPassword('wrong password', null));
  expect(await isPassword('', undefined)).toBe(false);
  expect(unknown).toBeGreaterThan(known / 5);
});

test('a hash at another cost needs a rehash, and still matches', async () => {
  const stored = cheapHash('three dull knives');
  expect(await isPassword('three dull knives', stored)).toBe(true);
  expect(needsRehash(stored)).toBe(true);
  expect(needsRehash(await hashPassword('three dull knives'))).toBe(false);
});

test('a text that is no hash throws an error', async () => {
  await expect(isPassword('x', 'plain')).rejects.toThrow('not an argon2id hash');
});

/** The shortest of three attempts, because other programs may delay one. */
async function shortest(work: () => Promise<unknown>): Promise<number> {
  const durations: number[] = [];
  for (let i = 0; i < 3; i++) {
    const began = performance.now();
    await work();
    durations.push(performance.now() - began);
  }
  return Math.min(...durations);
}

function cheapHash(password: string): string {
  const nonce = Buffer.from('sixteen bytes ok');
  const settings = { message: password, nonce, memory: 64, passes: 1, parallelism: 1, tagLength: 32 };
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=64,t=1,p=1$${text(nonce)}$${text(argon2Sync('argon2id', settings))}`;
}
