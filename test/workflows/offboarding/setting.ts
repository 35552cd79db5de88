import { sql } from 'kysely';
import { expect } from 'vitest';
import { sqlOf } from '../../../database/core/tables.ts';
import { searchAttributes } from '../../../engine/contract.ts';
import type { Cast } from '../../../testing/cast/cast.ts';
import { ownEngine } from '../../../testing/cast/engine.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';

export const asIvo = ({ ivo }: Cast) => ({ actor: `user:${ivo.id}` as const });

/** Starts Temporal with a worker for the leavers of a test file, and returns helpers. */
export async function ownLeavers() {
  const { database } = await ownDatabase();
  const engine = await ownEngine(database);
  await engine.startWorker();
  const { handleOf } = engine;

  /** The status and search attributes of an offboarding workflow. */
  async function shownOf(offboardingId: number) {
    const { status, typedSearchAttributes: shown } = await handleOf(offboardingId).describe();
    return {
      status: status.name,
      state: shown.get(searchAttributes.state),
      lastDay: shown.get(searchAttributes.lastDay)?.toISOString().slice(0, 10),
      hardware: shown.get(searchAttributes.openHardware),
      seats: shown.get(searchAttributes.openSeats),
      requests: shown.get(searchAttributes.openRequests),
      department: shown.get(searchAttributes.department),
      needsAttention: shown.get(searchAttributes.needsAttention),
    };
  }

  const untilShown = (offboardingId: number, expected: Partial<Awaited<ReturnType<typeof shownOf>>>) =>
    expect.poll(() => shownOf(offboardingId), { timeout: 30_000 }).toMatchObject(expected);

  async function stateOf(offboardingId: number) {
    const { rows } = await sql<{ state: string; completedBy: string | null; status: string }>`
      select o.state, o.completed_by as "completedBy", u.status
      from offboardings o join users u on u.id = o.user_id where o.id = ${offboardingId}`.execute(
      sqlOf(database.em.fork()),
    );
    return rows[0]!;
  }

  /** The timers, signals and activities in the history of an offboarding workflow. */
  async function askedFor(offboardingId: number) {
    const { events } = await handleOf(offboardingId).fetchHistory();
    return {
      timers: events!.filter((event) => event.timerStartedEventAttributes).length,
      signals: events!.filter((event) => event.workflowExecutionSignaledEventAttributes).length,
      activities: events!.flatMap(
        ({ activityTaskScheduledEventAttributes: asked }) => asked?.activityType?.name ?? [],
      ),
    };
  }

  const auditCount = async (action: string, userIds: number[]) => {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from audit_entries
      where action = ${action} and user_id = any(${userIds}::int[])`.execute(sqlOf(database.em.fork()));
    return rows[0]!.count;
  };

  return { ...engine, database, shownOf, untilShown, stateOf, askedFor, auditCount };
}
