import { sql } from 'kysely';
import { systemActor } from '../../domain/actor.ts';
import { changeAbout } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** The sessions that a provider ends: one by its id there, else all of an account. */
export interface EndedAtProvider {
  issuer: string;
  subject: string | null;
  sid: string | null;
}

/** Ends the sessions that a provider has ended, and records it about each person. Unknown ones change nothing. */
export async function endProviderSessions(
  em: EntityManager,
  { issuer, subject, sid }: EndedAtProvider,
): Promise<void> {
  const isMeant = sql<boolean>`(sess->'provider'->>'issuer' = ${issuer}
    and (${subject}::text is null or sess->'provider'->>'subject' = ${subject})
    and (${sid}::text is null or sess->'provider'->>'sid' = ${sid}))`;
  const owners =
    sid !== null
      ? sql`select distinct (sess->>'userId')::int as id from sessions
          where sess->'provider'->>'sid' = ${sid} and ${isMeant}`
      : sql`select user_id as id from provider_accounts where issuer = ${issuer} and subject = ${subject}`;
  const { rows } = await sql<{ id: number }>`${owners} order by id`.execute(sqlOf(em.fork()));
  for (const { id } of rows) {
    await changeAbout(em, id, systemActor, async (change) => {
      const { numAffectedRows } = await sql`
        delete from sessions where sess->>'userId' = ${String(id)} and ${isMeant}`.execute(sqlOf(change.em));
      const sessions = Number(numAffectedRows ?? 0);
      if (sessions > 0) change.record('user.sessions_ended', { sessions });
    });
  }
}
