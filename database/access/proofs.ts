import { sql } from 'kysely';
import { userActor } from '../../domain/actor.ts';
import { changeAbout } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { isPassword } from './passwords.ts';

/** A proof that the person of a session is at the browser. */
interface Proof {
  by: string;
  /** The key of the session, and the key that it has from now on. */
  from: string;
  to: string;
  /** What changes in the session's data. */
  data: Record<string, unknown>;
}

/**
 * Gives a proved session its new key, and records it. Returns false when the session has ended meanwhile, so that a form
 * that is sent twice acts once. The person's lock keeps those who end all sessions from missing the new key.
 */
export const renewSession = (
  em: EntityManager,
  userId: number,
  { by, from, to, data }: Proof,
): Promise<boolean> =>
  changeAbout(em, userId, userActor(userId), async (change) => {
    // A deletion, because it ends the streams of the old key.
    const { rows } = await sql`
      with ended as (
        delete from sessions where sid = ${from} and sess->>'userId' = ${String(userId)} and expire > now() returning sess
      )
      insert into sessions (sid, sess, expire)
      select ${to}, sess || ${JSON.stringify(data)}::jsonb,
        now() + (sess->'cookie'->>'originalMaxAge')::float * interval '1 ms'
      from ended returning sid`.execute(sqlOf(change.em));
    if (rows.length === 0) return false;
    change.record('user.proved_identity', { by });
    return true;
  });

/** Keeps a change in a session until the person has proved who they are; with null, no more. */
export async function keepAskedChange(em: EntityManager, key: string, sealed: string | null): Promise<void> {
  await sql`
    update sessions set sess = jsonb_set(sess, '{asked}', ${JSON.stringify(sealed)}::jsonb) where sid = ${key}`.execute(
    sqlOf(em.fork()),
  );
}

/** Whether this is a person's password. */
export async function isPasswordOf(em: EntityManager, userId: number, password: string): Promise<boolean> {
  const user = await sqlOf(em.fork())
    .selectFrom('users')
    .select('password_hash')
    .where('id', '=', userId)
    .executeTakeFirst();
  return isPassword(password, user?.password_hash);
}

/** The subjects of a person's accounts at a provider. */
export async function accountsAt(em: EntityManager, userId: number, issuer: string): Promise<string[]> {
  const accounts = await sqlOf(em.fork())
    .selectFrom('provider_accounts')
    .select('subject')
    .where('user_id', '=', userId)
    .where('issuer', '=', issuer)
    .execute();
  return accounts.map(({ subject }) => subject);
}
