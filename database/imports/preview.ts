import { type RawBuilder, sql } from 'kysely';
import { countedChanges } from '../../domain/imports/counted-changes.ts';
import type { ImportKind } from '../../domain/imports/imports.ts';
import type { MassChange } from '../../domain/imports/mass-change-limit.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { Preview } from '../entities/import.ts';
import { evaluateLines } from './evaluate.ts';
import { type Kind, kinds } from './kinds.ts';
import { breakRefusedChains, linkAddresses } from './whole-file/address-chains.ts';
import { findContradictions } from './whole-file/contradictions.ts';
import { firstVendors } from './whole-file/first-vendors.ts';
import { judgeManagers, resetLoops } from './whole-file/manager-changes.ts';

/** Lines evaluated at once, which bounds the memory for a file. */
const batchSize = 1_000;

/**
 * Evaluates what every line of a file would change now, alone and beside the other lines, and counts. Changes nothing else.
 */
export async function evaluateAll(em: EntityManager, importId: number, kind: ImportKind): Promise<Preview> {
  await findContradictions(em, importId, kind);
  if (kind === 'users') await evaluatePeople(em, importId);
  else await evaluateEveryLine(em, importId, kinds[kind] as Kind<unknown>);
  if (kind === 'licenses') await refuseExcessSeats(em, importId);
  return {
    ...(await countVerdicts(em, importId)),
    ...(await countChanges(em, importId, kind)),
    ...(kind === 'licenses' && { firstVendors: await firstVendors(em, importId) }),
  };
}

/** Addresses and managers are judged as they will be after the file, so some lines are evaluated a second time. */
async function evaluatePeople(em: EntityManager, importId: number) {
  await linkAddresses(em, importId);
  await resetLoops(em, importId);
  await evaluateEveryLine(em, importId, kinds.users);
  await evaluateAgain(em, importId, await breakRefusedChains(em, importId));
  await evaluateAgain(em, importId, await judgeManagers(em, importId));
}

async function evaluateAgain(em: EntityManager, importId: number, lines: readonly number[]) {
  for (let from = 0; from < lines.length; from += batchSize)
    await evaluateLines(em, importId, lines.slice(from, from + batchSize), kinds.users);
}

async function evaluateEveryLine<Facts>(
  em: EntityManager,
  importId: number,
  kind: Kind<Facts>,
): Promise<void> {
  for (let after = 0; ; ) {
    const lines = await linesAfter(em, importId, after);
    if (lines.length === 0) return;
    await evaluateLines(em, importId, lines, kind);
    after = lines.at(-1)!;
  }
}

async function linesAfter(em: EntityManager, importId: number, after: number): Promise<number[]> {
  const { rows } = await sql<{ line: number }>`
    select line from import_rows where import_id = ${importId} and line > ${after}
    order by line limit ${batchSize}`.execute(sqlOf(em));
  return rows.map(({ line }) => line);
}

/** Marks as errors the lines that find no free seat, in the order of the file. */
async function refuseExcessSeats(em: EntityManager, importId: number) {
  await sql`
    with taking as (
      select line, coalesce((stated->>'seatsTotal')::int, l.seats_total) - coalesce(l.seats_used, 0) as free,
        row_number() over (partition by key order by line) as place
      from import_rows r left join licenses l on l.id = r.subject_id
      where import_id = ${importId} and judgement->'changes' ? 'user'
    )
    update import_rows r set verdict = 'error', judgement = jsonb_build_object('changes', '{}'::jsonb, 'warnings', '[]'::jsonb,
      'problems', jsonb_build_array(jsonb_build_object('field', 'user', 'message', 'This license has no free seat left for this line.')))
    from taking t where r.import_id = ${importId} and r.line = t.line and place > free`.execute(sqlOf(em));
}

async function countVerdicts(em: EntityManager, importId: number): Promise<Preview> {
  const { rows } = await sql<Preview>`
    select count(*) filter (where verdict = 'create') as create, count(*) filter (where verdict = 'change') as change,
      count(*) filter (where verdict = 'same') as same, count(*) filter (where verdict = 'error') as error,
      count(*) filter (where judgement->'warnings' <> '[]') as warned,
      count(*) filter (where leaving = 'starts') as starts, count(*) filter (where leaving = 'moves') as moves,
      count(*) filter (where leaving = 'stops') as stops,
      (select count(*) from users where status <> 'offboarded' and merged_into is null) as workforce
    from import_rows where import_id = ${importId}`.execute(sqlOf(em));
  return rows[0]!;
}

type ChangeCounts = Required<Pick<MassChange, 'changes' | 'subjects' | 'total' | 'emptyFields'>>;

/**
 * Counts the people, assets or licenses by kind of change, in one statement. A status that starts or stops the leaving
 * of a person is counted there. A license may have many lines, so subjects are counted and not lines.
 */
async function countChanges(em: EntityManager, importId: number, kind: ImportKind): Promise<ChangeCounts> {
  const kindsOfChange = JSON.stringify(countedChanges[kind].map(({ words, ...change }) => change));
  const { rows } = await sql<ChangeCounts>`
    with counted as materialized (
      select k.name, k.field, k.effect, r.subject_id as subject
      from import_rows r cross join lateral jsonb_each(r.judgement->'changes') c (field, change)
      join jsonb_to_recordset(${kindsOfChange}::jsonb) k (name text, field text, effect text)
        on k.field = c.field and k.effect =
          case when c.change->>1 is null then 'cleared' when c.change->>0 is null then 'first' else 'replaced' end
      where r.import_id = ${importId} and r.verdict in ('create', 'change') and r.subject_id is not null
        and not (c.field = 'status' and r.leaving in ('starts', 'stops') and c.change ? 'offboarded')
    ), leaving as (
      select coalesce(subject_id, -line) as subject, leaving
      from import_rows where import_id = ${importId} and leaving in ('starts', 'stops')
    ), lost as (
      select field from counted where effect = 'cleared' union select 'endDate' from leaving where leaving = 'stops'
    )
    select
      (select coalesce(jsonb_object_agg(name, subjects), '{}')
        from (select name, count(distinct subject) as subjects from counted group by name) n) as changes,
      (select count(*) from (select subject from counted union select subject from leaving) s) as subjects,
      (select coalesce(jsonb_agg(field order by field), '[]') from lost where not exists (
        select from import_rows r where r.import_id = ${importId} and r.verdict <> 'error'
          and r.stated->lost.field is distinct from 'null')) as "emptyFields",
      (${allOf[kind]}) as total`.execute(sqlOf(em));
  return rows[0]!;
}

/** The number that a percentage of the limit refers to. */
const allOf: Record<ImportKind, RawBuilder<unknown>> = {
  users: sql`select count(*) from users where status <> 'offboarded'`,
  assets: sql`select count(*) from assets`,
  licenses: sql`select count(*) from licenses`,
};
