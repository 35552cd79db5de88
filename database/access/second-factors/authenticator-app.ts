import { sql } from 'kysely';
import { generateSecret, generateURI, verify } from 'otplib';
import { userActor } from '../../../domain/actor.ts';
import { InvalidInput, Refusal } from '../../../domain/failures.ts';
import { changeAbout } from '../../core/change.ts';
import type { EntityManager } from '../../core/orm.ts';
import type { SecretBox } from '../../core/secret-box.ts';
import { sqlOf } from '../../core/tables.ts';
import { notifyOfFactor } from './factors.ts';
import { newCodes, storeCodes } from './recovery-codes.ts';

/** In seconds. Apps know no other. */
const period = 30;

/** A new secret of 160 bits, in base32. */
export const newAppSecret = (): string => generateSecret({ length: 20 });

/** The address that an app reads from the QR code. */
export const appAddress = (secret: string, email: string, issuer: string): string =>
  generateURI({ issuer, label: email, secret, period });

/** The time step of a code, which may be one step early or late; null for a wrong code. */
export async function stepOfCode(secret: string, code: string, now: Date): Promise<number | null> {
  if (!/^\d{6}$/.test(code)) return null;
  const epoch = Math.floor(now.getTime() / 1000);
  const result = await verify({ secret, token: code, period, epoch, epochTolerance: period });
  return result.valid && 'timeStep' in result ? result.timeStep : null;
}

/** The spaces that apps show in codes are not part of them. */
export const withoutSpaces = (code: string): string => code.replaceAll(/\s/g, '');

/**
 * Sets up a person's own app after they typed its first code, and returns their recovery codes. Throws InvalidInput for a
 * wrong code, and a Refusal when they have an app.
 */
export async function addApp(
  em: EntityManager,
  userId: number,
  { secret, code, box }: { secret: string; code: string; box: SecretBox },
  now = new Date(),
): Promise<string[]> {
  const step = await stepOfCode(secret, withoutSpaces(code), now);
  if (step === null)
    throw new InvalidInput({
      code: "This code isn't right. Check the time on your phone, and try the next.",
    });
  const made = await newCodes();
  await changeAbout(em, userId, userActor(userId), async (change) => {
    const { rows } = await sql`
      insert into authenticator_apps (user_id, secret, last_step, code_salt)
      values (${userId}, ${box.seal(secret)}, ${step}, ${made.salt})
      on conflict do nothing returning id`.execute(sqlOf(change.em));
    if (rows.length === 0) throw new Refusal('has-app', 'You already have an authenticator app.');
    await storeCodes(change.em, userId, made);
    change.record('user.app_added');
    await notifyOfFactor(change, 'app_added');
  });
  return made.codes;
}

/** Removes the person's own app with its recovery codes. Without one it changes nothing. */
export const removeApp = (em: EntityManager, userId: number): Promise<void> =>
  changeAbout(em, userId, userActor(userId), async (change) => {
    const { rows } = await sql`
      delete from authenticator_apps where user_id = ${userId} returning id`.execute(sqlOf(change.em));
    if (rows.length === 0) return;
    await sql`delete from recovery_codes where user_id = ${userId}`.execute(sqlOf(change.em));
    change.record('user.app_removed');
    await notifyOfFactor(change, 'app_removed');
  });
