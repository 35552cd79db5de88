import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { eventually } from '../../testing/cast/engine.ts';
import { brokenAuditInvariants } from './audit-invariants.ts';
import { deliveryProblems } from './delivery-problems.ts';
import type { Environment } from './environment.ts';
import { type Aftermath, problemsWithOrder } from './linearizability.ts';
import { brokenInvariants } from './schema-invariants.ts';
import { staleWorkflows } from './workflows.ts';

/** The problems after a race, in words. */
export interface Verdict {
  schema: string[];
  audit: string[];
  order: string[];
  received: string[];
  workflows: string[];
}

/** Sends everything that is pending, then runs all checks. */
export async function verdictOn(environment: Environment, aftermath: Aftermath): Promise<Verdict> {
  const { pool, engine, receiver } = environment;
  await signalEverything(environment);
  await untilDelivered(pool);
  return {
    schema: await brokenInvariants(pool),
    audit: await brokenAuditInvariants(pool, aftermath.company),
    order: problemsWithOrder(aftermath),
    received: await deliveryProblems(pool, aftermath.company.people, receiver),
    workflows: await staleWorkflows(engine.client, pool, aftermath.company),
  };
}

export const noProblems: Verdict = { schema: [], audit: [], order: [], received: [], workflows: [] };

/** Relays until the outbox is sent, then reconciles once. */
async function signalEverything({ engine, pool }: Environment): Promise<void> {
  do await engine.relay();
  while ((await hasUnsentSignals(pool)) && (await pause(200, true)));
  await engine.reconcile();
  await engine.relay();
  await engine.startDeliveries();
}

const untilDelivered = (pool: pg.Pool) =>
  eventually(async () => {
    const { rows } = await pool.query(`select from webhook_deliveries where state = 'pending' limit 1`);
    return rows.length === 0;
  }, 60_000);

async function hasUnsentSignals(pool: pg.Pool): Promise<boolean> {
  const { rows } = await pool.query('select from outbox where sent_at is null limit 1');
  return rows.length > 0;
}
