import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { eventually } from '../../testing/cast/engine.ts';
import { brokenAuditInvariants } from './audit-invariants.ts';
import type { Environment } from './environment.ts';
import { type Aftermath, problemsWithOrder } from './linearizability.ts';
import { wronglyReceived } from './received.ts';
import { brokenInvariants } from './schema-invariants.ts';
import { ignorantWorkflows } from './workflows.ts';

/** Everything that is wrong after a race, in words; nothing when all is well. */
export interface Verdict {
  laws: string[];
  promises: string[];
  order: string[];
  received: string[];
  workflows: string[];
}

/** Lets the engine hear of everything, then looks for whatever is wrong. */
export async function verdictOn(stage: Environment, aftermath: Aftermath): Promise<Verdict> {
  const { pool, engine, receiver } = stage;
  await tellTheEngine(stage);
  await untilDelivered(pool);
  return {
    laws: await brokenInvariants(pool),
    promises: await brokenAuditInvariants(pool, aftermath.company),
    order: problemsWithOrder(aftermath),
    received: await wronglyReceived(pool, aftermath.company.people, receiver),
    workflows: await ignorantWorkflows(engine.client, pool, aftermath.company),
  };
}

/** What a verdict says when nothing is wrong. */
export const allIsWell: Verdict = { laws: [], promises: [], order: [], received: [], workflows: [] };

/** Until the relay has nothing more to say; then the reconciler looks once. */
export async function tellTheEngine({ engine, pool }: Environment): Promise<void> {
  do await engine.relay();
  while ((await isUnsaid(pool)) && (await pause(200, true)));
  await engine.reconcile();
  await engine.relay();
  await engine.startDeliveries();
}

const untilDelivered = (pool: pg.Pool) =>
  eventually(async () => {
    const { rows } = await pool.query(`select from webhook_deliveries where state = 'pending' limit 1`);
    return rows.length === 0;
  }, 60_000);

async function isUnsaid(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query('select from outbox where sent_at is null limit 1');
  return rows.length > 0;
}
