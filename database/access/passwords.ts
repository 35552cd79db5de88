import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/** The Argon2id parameters that OWASP recommends; `memory` in KiB. A hash takes about 50 ms off the main thread. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 };
const saltLength = 16;
const keyLength = 32;

const deriveKey = promisify(argon2);

/** Hashes a password for storage: `$argon2id$v=19$m=…,t=…,p=…$salt$key`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltLength);
  const key = await keyOf(password, { ...cost, salt, keyLength });
  const { memory, passes, parallelism } = cost;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(key)}`;
}

/**
 * Whether a password matches the stored hash. Without a hash it returns false after the same time, so that the time
 * does not reveal which users exist. Throws for a hash that `hashPassword` did not make.
 */
export async function isPassword(password: string, stored: string | null | undefined): Promise<boolean> {
  const { key, ...settings } = parse(stored ?? (await dummyHash()));
  const candidate = await keyOf(password, settings);
  return timingSafeEqual(candidate, key) && stored != null;
}

/** Whether a stored hash has other parameters than the present ones, so that the next sign-in should rehash. */
export function needsRehash(stored: string): boolean {
  const { memory, passes, parallelism } = parse(stored);
  return memory !== cost.memory || passes !== cost.passes || parallelism !== cost.parallelism;
}

interface Settings {
  memory: number;
  passes: number;
  parallelism: number;
  salt: Buffer;
  keyLength: number;
}

/** Normalizes to NFKC, because two keyboards may encode the same text differently. */
const keyOf = (
  password: string,
  { memory, passes, parallelism, salt, keyLength }: Settings,
): Promise<Buffer> =>
  deriveKey('argon2id', {
    message: password.normalize('NFKC'),
    nonce: salt,
    memory,
    passes,
    parallelism,
    tagLength: keyLength,
  });

const shape = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/;

function parse(stored: string): Settings & { key: Buffer } {
  const match = shape.exec(stored);
  if (match === null) throw new Error('The stored password is not an argon2id hash.');
  const [, memory, passes, parallelism, salt, key] = match as unknown as string[];
  const keyBytes = Buffer.from(key!, 'base64');
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt!, 'base64'),
    key: keyBytes,
    keyLength: keyBytes.length,
  };
}

const unpadded = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');

let cachedDummyHash: Promise<string> | undefined;

/** The hash of a random password, to compare with when a user has none. */
function dummyHash(): Promise<string> {
  cachedDummyHash ??= hashPassword(randomBytes(24).toString('base64'));
  return cachedDummyHash;
}
