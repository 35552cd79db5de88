import { type Cast, makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { eventually } from '../../testing/cast/engine.ts';
import type { Received } from '../../testing/outside/receiver.ts';
import type { TakenMail } from '../../testing/outside/smtp.ts';
import type { Machine } from '../machine/machine.ts';
import { brokenAuditInvariants } from '../races/audit-invariants.ts';
import { deliveryProblems } from '../races/delivery-problems.ts';
import { brokenInvariants, findings } from '../races/schema-invariants.ts';
import { staleWorkflowsAfterWait } from '../races/workflows.ts';

/** A leaver with an empty checklist, two reports and a manager. */
export async function clearedLeaver({ database }: Machine): Promise<Cast> {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  return cast;
}

/** Waits until no outbox row, delivery or mail is pending. */
export const untilQuiet = ({ pool }: Machine, timeoutMs = 90_000): Promise<unknown> =>
  eventually(async () => {
    const { rows } = await pool.query<{ left: number }>(
      `select (select count(*) from outbox where sent_at is null) + (select count(*) from mails where state = 'pending')
         + (select count(*) from webhook_deliveries where state = 'pending') as left`,
    );
    return Number(rows[0]!.left) === 0;
  }, timeoutMs);

const stuck = {
  'has not been offboarded': 'select id from users where id = any($1) and offboarding_completed_at is null',
  'has a failed step that waits for an operator': `
    select user_id as id from offboardings where user_id = any($1) and failed_step is not null`,
};

/** What the receiver and the mail server got. */
export interface OutsideEvidence {
  received: readonly Received[];
  taken: readonly TakenMail[];
}

/**
 * Returns every problem with the completed leavers of these casts, in words. Each event must have arrived under its own
 * id and each manager's mail under one `Message-ID`, at least once.
 */
export async function problemsWithCompletions(
  machine: Machine,
  casts: readonly Cast[],
  outside: OutsideEvidence,
): Promise<string[]> {
  const { pool, client } = machine;
  const people = casts.flatMap(({ lena, rosa, timo, mira }) => [lena.id, rosa.id, timo.id, mira.id]);
  const company = { people, assets: [], licenses: [], baseline: 0 };
  return [
    ...(await findings(pool, stuck, [casts.map(({ lena }) => lena.id)])),
    ...(await deliveryProblems(pool, people, outside)),
    ...mailProblems(casts, outside),
    ...(await brokenInvariants(pool)),
    ...(await brokenAuditInvariants(pool, company)),
    ...(await staleWorkflowsAfterWait(client, pool, company)),
  ];
}

/** Each cast has its own manager. */
const mailProblems = (casts: readonly Cast[], { taken }: OutsideEvidence): string[] =>
  casts.flatMap(({ lena, mira }) => {
    const mails = taken.filter(
      ({ to, headers }) => to.includes(mira.email) && headers.subject?.endsWith('is now offboarded'),
    );
    const ids = new Set(mails.map(({ headers }) => headers['message-id']));
    return ids.size === 1 ? [] : [`of ${lena.id} the manager got ${ids.size} mails`];
  });
