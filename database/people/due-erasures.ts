import { sql } from 'kysely';
import { systemActor } from '../../domain/actor.ts';
import { Refusal } from '../../domain/failures.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { erasePerson } from './erasure.ts';

/** How long one run goes on, in milliseconds. The next run continues, and a started erasure is finished. */
const runMs = 20_000;
const batchSize = 50;

/**
 * Erases the former employees whose offboarding was completed longer ago than the workspace keeps them, the longest ago
 * first, each in its own transaction. A person who cannot be erased yet is left to the next run.
 */
export async function eraseFormerEmployees(em: EntityManager, now = new Date()): Promise<void> {
  const until = Date.now() + runMs;
  for (let after: Due | null = null; ; ) {
    const due: Due[] = await duePeople(em.fork(), after, now);
    for (const { id } of due) {
      if (Date.now() > until) return;
      await eraseUnlessRefused(em, id, now);
    }
    if (due.length < batchSize) return;
    after = due.at(-1)!;
  }
}

interface Due {
  id: number;
  /** A text, because a Date is less precise than the column. */
  completedAt: string;
}

async function duePeople(em: EntityManager, after: Due | null, now: Date): Promise<Due[]> {
  const { rows } = await sql<Due>`
    select u.id, u.offboarding_completed_at::text as "completedAt" from users u
    where u.offboarding_completed_at is not null and u.erased_at is null
      and u.offboarding_completed_at <= ${now}::timestamptz
        - make_interval(months => (select erase_after_months from workspace))
      and ${after === null ? sql`true` : sql`(u.offboarding_completed_at, u.id) > (${after.completedAt}::timestamptz, ${after.id})`}
    order by u.offboarding_completed_at, u.id limit ${batchSize}`.execute(sqlOf(em));
  return rows;
}

async function eraseUnlessRefused(em: EntityManager, userId: number, now: Date): Promise<void> {
  try {
    await erasePerson(em, systemActor, userId, now);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}
