import { type Cast, makeCast } from '../../testing/cast/cast.ts';
import { clearChecklist } from '../../testing/cast/clearing.ts';
import { eventually } from '../../testing/cast/engine.ts';
import type { Received } from '../../testing/outside/receiver.ts';
import type { TakenMail } from '../../testing/outside/smtp.ts';
import type { Machine } from '../machine/machine.ts';
import { brokenAuditInvariants } from '../races/audit-invariants.ts';
import { wronglyReceived } from '../races/received.ts';
import { brokenInvariants, findings } from '../races/schema-invariants.ts';
import { stillIgnorantWorkflows } from '../races/workflows.ts';

/** A leaver whose checklist is empty, with two reports and a manager. */
export async function clearedLeaver({ database }: Machine): Promise<Cast> {
  const cast = await makeCast(database);
  await clearChecklist(database, cast);
  return cast;
}

/** Waits until nothing is on its way any more: outbox, deliveries, mails. */
export const untilQuiet = ({ pool }: Machine, patience = 90_000): Promise<unknown> =>
  eventually(async () => {
    const { rows } = await pool.query<{ left: number }>(
      `select (select count(*) from outbox where sent_at is null) + (select count(*) from mails where state = 'pending')
         + (select count(*) from webhook_deliveries where state = 'pending') as left`,
    );
    return Number(rows[0]!.left) === 0;
  }, patience);

const stuck = {
  'has not been offboarded': 'select id from users where id = any($1) and offboarding_completed_at is null',
  'waits for a person with a step that failed': `
    select user_id as id from offboardings where user_id = any($1) and failed_step is not null`,
};

/** What has come out of Lastday: webhooks, and mails that were taken. */
export interface Outside {
  received: readonly Received[];
  taken: readonly TakenMail[];
}

/**
 * Everything that is wrong with the completed leavers of these casts, in words; nothing when all is well. Outside, the
 * event of each must have come under its own id, and the manager's mail under one, each at least once.
 */
export async function problemsWithCompletions(
  machine: Machine,
  casts: readonly Cast[],
  outside: Outside,
): Promise<string[]> {
  const { pool, client } = machine;
  const people = casts.flatMap(({ lena, rosa, timo, mira }) => [lena.id, rosa.id, timo.id, mira.id]);
  const company = { people, assets: [], licenses: [], baseline: 0 };
  return [
    ...(await findings(pool, stuck, [casts.map(({ lena }) => lena.id)])),
    ...(await wronglyReceived(pool, people, outside)),
    ...wronglyMailed(casts, outside),
    ...(await brokenInvariants(pool)),
    ...(await brokenAuditInvariants(pool, company)),
    ...(await stillIgnorantWorkflows(client, pool, company)),
  ];
}

/** Everybody's manager is another. */
const wronglyMailed = (casts: readonly Cast[], { taken }: Outside): string[] =>
  casts.flatMap(({ lena, mira }) => {
    const mails = taken.filter(
      ({ to, headers }) => to.includes(mira.email) && headers.subject?.endsWith('has been offboarded'),
    );
    const ids = new Set(mails.map(({ headers }) => headers['message-id']));
    return ids.size === 1 ? [] : [`of ${lena.id} the manager got ${ids.size} mails`];
  });
