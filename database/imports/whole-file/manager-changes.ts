import { sql } from 'kysely';
import { changeTogether, type ManagerChange } from '../../../domain/manager-chains.ts';
import type { EntityManager } from '../../core/orm.ts';
import { sqlOf } from '../../core/tables.ts';
import { chainsAbove } from '../../people/manager-chain.ts';
import { findPerson } from '../person-lookup.ts';

/** The lines of an earlier evaluation that closed a loop can be free of it now. */
export async function resetLoops(em: EntityManager, importId: number): Promise<void> {
  await sql`update import_rows set closes_circle = false where import_id = ${importId} and closes_circle`.execute(
    sqlOf(em),
  );
}

/**
 * Judges the managers of a whole file as they will be afterwards, by three statements. Marks the lines that close a loop
 * and returns them, to be evaluated again. Stores in which order the managers of known people change, so that no loop
 * exists on the way.
 */
export async function judgeManagers(em: EntityManager, importId: number): Promise<number[]> {
  const rows = await statedManagers(em, importId);
  if (rows.length === 0) return [];
  const changes = rows.filter((row): row is StatedManager & ManagerChange => row.manager !== null);
  const stored = await chainsAbove(
    em,
    changes.flatMap(({ person, manager }) => [person, manager]).filter((id) => id > 0),
  );
  for (const { person, manager } of rows) if (manager === null) stored.delete(person);
  const { closing, depthOf } = changeTogether(changes, stored);
  const closingLines = new Set(closing.map(({ line }) => line));
  const marks = changes
    .filter(({ line, person }) => person > 0 || closingLines.has(line))
    .map((change) => ({ line: change.line, depth: depthOf(change), closes: closingLines.has(change.line) }));
  await sql`
    update import_rows r set manager_depth = m.depth, closes_circle = m.closes
    from jsonb_to_recordset(${JSON.stringify(marks)}::jsonb) as m(line int, depth int, closes boolean)
    where r.import_id = ${importId} and r.line = m.line
      and (r.manager_depth <> m.depth or r.closes_circle <> m.closes)`.execute(sqlOf(em));
  return [...closingLines];
}

/** A manager that a line changes. A person whom the file adds is the negative number of their line; null clears. */
interface StatedManager {
  line: number;
  person: number;
  manager: number | null;
}

/**
 * Leaves out managers whose own line cannot be executed, because theirs will not be stored. Looks each manager up once.
 */
async function statedManagers(em: EntityManager, importId: number): Promise<StatedManager[]> {
  const { rows } = await sql<StatedManager>`
    with stated as materialized (
      select line, coalesce(subject_id, -line) as person, stated->>'manager' as reference,
        judgement->'changes'->'manager'->>1 is null as "isCleared"
      from import_rows
      where import_id = ${importId} and verdict in ('create', 'change') and judgement->'changes' ? 'manager'
    ), named as (
      select reference, array_agg(line) as lines, array_agg(person) as people
      from stated where not "isCleared" group by reference
    )
    select l.line, l.person, coalesce(m.id, f.person) as manager
    from named n
    left join lateral ${findPerson(sql`n.reference`)} m on true
    left join lateral (
      select coalesce(o.subject_id, -o.line) as person from (
        select line, subject_id, verdict from import_rows
        where import_id = ${importId} and key = folded(n.reference)
        union all
        select line, subject_id, verdict from import_rows
        where import_id = ${importId} and other_key = folded(n.reference)
      ) o where o.verdict <> 'error' order by o.line limit 1) f on m.id is null,
    lateral unnest(n.lines, n.people) as l (line, person)
    where m.id is not null or f.person is not null
    union all
    select line, person, null from stated where "isCleared"
    order by line`.execute(sqlOf(em));
  return rows;
}
