import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { createToken } from '../../database/access/tokens.ts';
import { csvOf } from '../../testing/cast/importing.ts';
import type { Received } from '../../testing/outside/receiver.ts';
import type { Machine } from '../machine/machine.ts';
import { brokenAuditInvariants } from '../races/audit-invariants.ts';
import { deliveryProblems } from '../races/delivery-problems.ts';
import { daysAhead } from '../races/fixture.ts';
import { brokenInvariants, findings } from '../races/schema-invariants.ts';
import { staleWorkflowsAfterWait } from '../races/workflows.ts';

/** A CSV file of new people, whose names begin with its own prefix. */
export interface ImportFile {
  prefix: string;
  csv: string;
}

const people = 6;
const leavers = 2;
const deadlineMs = 120_000;
let files = 0;

/** A file of six people: the last line manages the others, and two of them leave. */
export function newFile(): ImportFile {
  const prefix = `import${++files}`;
  const lineOf = (number: number) => [
    `${prefix}-${number}`,
    `Person ${number} of ${prefix}`,
    `${prefix}.${number}@import.example`,
    number === 0 ? null : `${prefix}-0`,
    number > 0 && number <= leavers ? daysAhead(20) : null,
  ];
  const numbers = Array.from({ length: people }, (_, index) => people - 1 - index);
  const header = ['externalId', 'name', 'email', 'managerExternalId', 'endDate'];
  return { prefix, csv: csvOf(header, ...numbers.map(lineOf)) };
}

export const importToken = async ({ database }: Machine): Promise<string> =>
  (await createToken(database.em, 'system', { name: 'files', scopes: ['imports:write'] })).value;

/**
 * Sends a file to the API until it is accepted, and waits until every import has ended. Sending it again is safe, because
 * the same file changes nothing the second time. Returns the number of attempts.
 */
export async function importWithRetries(
  { address, pool }: Machine,
  token: string,
  { prefix, csv }: ImportFile,
): Promise<number> {
  let sent = 0;
  let last: number | null = null;
  for (const end = Date.now() + deadlineMs; Date.now() < end; await pause(250)) {
    sent++;
    const status = await fetch(`${address}/api/v1/imports/users?confirm=${leavers}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'text/csv' },
      body: csv,
    }).then(
      ({ status }) => status,
      () => null,
    );
    if (status !== null && status < 500 && status !== 202)
      throw new Error(`The file ${prefix} was answered ${status}`);
    last = status;
    if (status !== 202) continue;
    while (Date.now() < end) {
      if (await haveAllEnded(pool)) return sent;
      await pause(100);
    }
  }
  const { rows } = await pool.query(
    `select id, state, results from imports where state <> 'done' order by id`,
  );
  throw new Error(`The file ${prefix}, sent ${sent} times, was answered ${last}: ${JSON.stringify(rows)}`);
}

const haveAllEnded = (pool: pg.Pool): Promise<boolean> =>
  pool.query(`select from imports where state in ('starting', 'running', 'cancelling') limit 1`).then(
    ({ rows }) => rows.length === 0,
    () => false,
  );

const problemQueries = {
  'is a person from a file without exactly one audit entry of that': `select u.id from users u where u.id = any($1) and 1 <>
      (select count(*) from audit_entries a where a.user_id = u.id and a.action = 'user.created')`,
  'is a person from a file without their manager': `select u.id from users u where u.id = any($1) and u.manager_id is null and u.external_id not like '%-0'`,
  'is an end date from a file without an open offboarding, or an open offboarding without one': `select u.id from users u where u.id = any($1) and (u.end_date is not null) <>
      (1 = (select count(*) from offboardings o where o.user_id = u.id and o.state = 'open'))`,
  'is an end date from a file without exactly one audit entry about opening the offboarding': `
    select u.id from users u where u.id = any($1) and (u.end_date is not null)::int <>
      (select count(*) from audit_entries a where a.user_id = u.id and a.action = 'offboarding.opened')`,
  'is a person from a file without exactly one event about their leaving': `
    select u.id from users u where u.id = any($1) and (u.end_date is not null)::int <>
      (select count(*) from webhook_events e where e.type = 'offboarding.started' and (e.data->'user'->>'id')::int = u.id)`,
  'is an import whose end is not in the audit trail exactly once': `
    select i.id from imports i where i.started_at is not null and cardinality($1::int[]) > 0 and 1 <>
      (select count(*) from audit_entries a where a.action = 'import.ended' and (a.details->>'importId')::int = i.id)`,
  'is an import that did not end as done': `select i.id from imports i where i.started_at is not null and i.state <> 'done' and cardinality($1::int[]) > 0`,
};

/** Returns every problem with the people of these files, in words. */
export async function problemsWithImports(
  machine: Machine,
  all: readonly ImportFile[],
  receiver: { received: readonly Received[] },
): Promise<string[]> {
  const { pool, client } = machine;
  const { rows } = await pool.query<{ id: number; endDate: string | null }>(
    `select id, end_date as "endDate" from users where split_part(external_id, '-', 1) = any($1) order by id`,
    [all.map(({ prefix }) => prefix)],
  );
  const company = { people: rows.map(({ id }) => id), assets: [], licenses: [], baseline: 0 };
  const leaving = rows.filter(({ endDate }) => endDate !== null).length;
  return [
    ...(rows.length === people * all.length
      ? []
      : [`there are ${rows.length} people from ${all.length} files`]),
    ...(leaving === leavers * all.length ? [] : [`${leaving} of them leave`]),
    ...(await findings(pool, problemQueries, [company.people])),
    ...(await brokenInvariants(pool)),
    ...(await brokenAuditInvariants(pool, company)),
    ...(await deliveryProblems(pool, company.people, receiver)),
    ...(await staleWorkflowsAfterWait(client, pool, company)),
  ];
}
