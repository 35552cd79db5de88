import { argon2, randomBytes, randomInt } from 'node:crypto';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { recoveryCodesMade } from '../../../domain/access/second-factors.ts';
import { userActor } from '../../../domain/actor.ts';
import { Refusal } from '../../../domain/failures.ts';
import { changeAbout } from '../../core/change.ts';
import type { EntityManager } from '../../core/orm.ts';
import { sqlOf } from '../../core/tables.ts';
import { notifyOfFactor } from './factors.ts';

/** New recovery codes, and what is stored of them. */
export interface NewCodes {
  codes: string[];
  hashes: string[];
  salt: string;
}

/** Without letters that look like digits. */
const letters = '23456789abcdefghjkmnpqrstuvwxyz';
const half = () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('');

const deriveKey = promisify(argon2);

/** The hash of a code. It is as slow as a password's, because a code is as short as one. */
export async function hashCode(code: string, salt: string): Promise<string> {
  const key = await deriveKey('argon2id', {
    message: code.toLowerCase().replaceAll(/[\s-]/g, ''),
    nonce: Buffer.from(salt, 'base64url'),
    memory: 19_456,
    passes: 2,
    parallelism: 1,
    tagLength: 32,
  });
  return key.toString('base64url');
}

/** Makes recovery codes such as `k7mq2-x9bda`. */
export async function newCodes(): Promise<NewCodes> {
  const salt = randomBytes(16).toString('base64url');
  const codes = Array.from({ length: recoveryCodesMade }, () => `${half()}-${half()}`);
  const hashes: string[] = [];
  // One after the other, because each takes 19 MiB.
  for (const code of codes) hashes.push(await hashCode(code, salt));
  return { codes, hashes, salt };
}

/** Replaces a person's codes. The caller has locked the person's row. */
export async function storeCodes(
  em: EntityManager,
  userId: number,
  { hashes }: Pick<NewCodes, 'hashes'>,
): Promise<void> {
  await sql`delete from recovery_codes where user_id = ${userId}`.execute(sqlOf(em));
  await sql`
    insert into recovery_codes (user_id, hash) select ${userId}, unnest(${hashes}::text[])`.execute(
    sqlOf(em),
  );
}

/** Replaces the person's own recovery codes and returns them. Throws a Refusal without an authenticator app. */
export async function makeRecoveryCodes(em: EntityManager, userId: number): Promise<string[]> {
  const made = await newCodes();
  await changeAbout(em, userId, userActor(userId), async (change) => {
    const { rows } = await sql`
      update authenticator_apps set code_salt = ${made.salt} where user_id = ${userId} returning id`.execute(
      sqlOf(change.em),
    );
    if (rows.length === 0) throw new Refusal('no-app', 'Set up an authenticator app first.');
    await storeCodes(change.em, userId, made);
    change.record('user.recovery_codes_made');
    await notifyOfFactor(change, 'codes_made');
  });
  return made.codes;
}
