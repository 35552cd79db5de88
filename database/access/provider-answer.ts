import { sql } from 'kysely';
import type { ProviderProblem } from '../../domain/access/provider-problems.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';

/** What a provider answered. */
export interface Answered {
  issuer: string;
  /** What was wrong; null when nothing was. */
  problem: ProviderProblem | null;
  detail: string | null;
}

/** Keeps what the provider answered. An equal answer is written once a minute, because each sign-in brings one. */
export async function keepAnswer(em: EntityManager, { issuer, problem, detail }: Answered): Promise<void> {
  await sql`
    insert into provider_answer as kept (id, issuer, at, problem, detail)
    values (1, ${issuer}, now(), ${problem}, ${detail})
    on conflict (id) do update
      set issuer = excluded.issuer, at = excluded.at, problem = excluded.problem, detail = excluded.detail
      where (kept.issuer, kept.problem, kept.detail) is distinct from (excluded.issuer, excluded.problem, excluded.detail)
        or kept.at < now() - interval '1 minute'`.execute(sqlOf(em.fork()));
}

/** What this provider answered last; null when it was not asked yet. */
export async function lastAnswer(
  em: EntityManager,
  issuer: string,
): Promise<(Answered & { at: Date }) | null> {
  const { rows } = await sql<Answered & { at: Date }>`
    select issuer, at, problem, detail from provider_answer where issuer = ${issuer}`.execute(
    sqlOf(em.fork()),
  );
  return rows[0] ?? null;
}
