import { sql } from 'kysely';
import { systemActor, userActor } from '../../../domain/actor.ts';
import { maySignIn, type Standing } from '../../../domain/user-status.ts';
import { changeAbout } from '../../core/change.ts';
import type { Change } from '../../core/change-types.ts';
import { sha256 } from '../../core/hash.ts';
import type { EntityManager } from '../../core/orm.ts';
import type { SecretBox } from '../../core/secret-box.ts';
import { sqlOf } from '../../core/tables.ts';
import { recordSessionEvent } from '../credentials.ts';
import { stepOfCode, withoutSpaces } from './authenticator-app.ts';
import { hashCode } from './recovery-codes.ts';

/** A sign-in whose password was right and that waits for a code. */
export interface FirstStep {
  userId: number;
  /** A hash of the stored password, so that another password ends the sign-in. */
  passwordKey: string;
}

/** A sign-in that was completed by a code. */
export interface SecondStep {
  /** How many recovery codes are left, if it was one; else null. */
  codesLeft: number | null;
}

/** What a sign-in remembers between its two steps. */
export const firstStepOf = async (em: EntityManager, userId: number): Promise<FirstStep> => ({
  userId,
  passwordKey: passwordKeyOf(await signInFacts(em, userId)),
});

/** Whether the second step may still follow: the person may sign in, and has the same password. */
export async function isStillValid(em: EntityManager, { userId, passwordKey }: FirstStep): Promise<boolean> {
  const facts = await signInFacts(em, userId);
  return facts !== null && maySignIn(facts) && passwordKeyOf(facts) === passwordKey;
}

/**
 * Completes a sign-in with a code of the app or a recovery code. Each is accepted once. Returns null for any other, and
 * records the failure.
 */
export async function completeWithCode(
  em: EntityManager,
  first: FirstStep,
  typed: string,
  box: SecretBox,
  now = new Date(),
): Promise<SecondStep | null> {
  const { userId } = first;
  const code = withoutSpaces(typed);
  const app = await appOf(em.fork(), userId);
  const use = app && (await (/^\d{6}$/.test(code) ? useOfAppCode : useOfRecoveryCode)(app, code, box, now));
  const done = use
    ? await changeAbout(em, userId, userActor(userId), async (change) => {
        if (!(await isStillValid(change.em, first))) return null;
        const step = await use(change);
        if (step !== null)
          change.record('user.signed_in', { by: step.codesLeft === null ? 'code' : 'recovery code' });
        return step;
      })
    : null;
  if (done === null) await recordSessionEvent(em, systemActor, 'user.sign_in_failed', userId);
  return done;
}

interface StoredApp {
  secret: string;
  codeSalt: string;
}

/** Uses a code within the transaction; null when it was used before. */
type Use = (change: Change) => Promise<SecondStep | null>;

async function useOfAppCode(
  { secret }: StoredApp,
  code: string,
  box: SecretBox,
  now: Date,
): Promise<Use | null> {
  const step = await stepOfCode(box.open(secret), code, now);
  if (step === null) return null;
  return async ({ em, user }) => {
    const { rows } = await sql`
      update authenticator_apps set last_step = ${step}
      where user_id = ${user.id} and secret = ${secret} and last_step < ${step} returning id`.execute(
      sqlOf(em),
    );
    return rows.length === 0 ? null : { codesLeft: null };
  };
}

async function useOfRecoveryCode({ codeSalt }: StoredApp, code: string): Promise<Use> {
  const hash = await hashCode(code, codeSalt);
  return async ({ em, user }) => {
    const { rows } = await sql`
      update recovery_codes set used_at = now()
      where user_id = ${user.id} and hash = ${hash} and used_at is null returning id`.execute(sqlOf(em));
    if (rows.length === 0) return null;
    const left = await sql<{ count: number }>`
      select count(*)::int as count from recovery_codes where user_id = ${user.id} and used_at is null`.execute(
      sqlOf(em),
    );
    return { codesLeft: left.rows[0]!.count };
  };
}

async function appOf(em: EntityManager, userId: number): Promise<StoredApp | null> {
  const { rows } = await sql<StoredApp>`
    select secret, code_salt as "codeSalt" from authenticator_apps where user_id = ${userId}`.execute(
    sqlOf(em),
  );
  return rows[0] ?? null;
}

interface SignInFacts extends Standing {
  passwordHash: string | null;
}

async function signInFacts(em: EntityManager, userId: number): Promise<SignInFacts | null> {
  const { rows } = await sql<SignInFacts>`
    select status, directory_inactive as "directoryInactive", password_hash as "passwordHash" from users where id = ${userId}`.execute(
    sqlOf(em),
  );
  return rows[0] ?? null;
}

const passwordKeyOf = (facts: SignInFacts | null): string => sha256(facts?.passwordHash ?? '');
