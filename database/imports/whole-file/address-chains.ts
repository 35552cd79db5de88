import { sql } from 'kysely';
import { chainsOf, type Dependency } from '../../../domain/imports/address-chains.ts';
import type { EntityManager } from '../../core/orm.ts';
import { sqlOf } from '../../core/tables.ts';
import { hasAddress } from '../person-lookup.ts';

/** More lines are refused, because a chain is one transaction. */
const longestChain = 500;

/**
 * Finds the lines that state one address for two people, which can be stored for neither. Then finds the lines whose
 * addresses depend on one another, because one gets what the other gives up. Each chain or loop will be executed in one
 * transaction.
 */
export async function linkAddresses(em: EntityManager, importId: number): Promise<void> {
  await sql`
    update import_rows set address_chain = null, address_problem = null
    where import_id = ${importId} and (address_chain is not null or address_problem is not null)`.execute(
    sqlOf(em),
  );
  await markContested(em, importId);
  const { rows } = await sql<Dependency>`
    select r.line, o.line as "dependsOn" from import_rows r
    join users e on ${hasAddress(sql`r.other_key`)} and folded(e.external_id) <> r.key
    join import_rows o on o.import_id = r.import_id and o.key = folded(e.external_id) and o.other_key <> r.other_key
    where r.import_id = ${importId} and r.repeats is null and o.repeats is null
      and r.address_problem is null and o.address_problem is null`.execute(sqlOf(em));
  if (rows.length === 0) return;
  const links = chainsOf(rows).flatMap((lines) => lines.map((line) => ({ line, ...markOf(lines) })));
  await sql`
    update import_rows r set address_chain = l.chain, address_problem = l.problem
    from jsonb_to_recordset(${JSON.stringify(links)}::jsonb) as l(line int, chain int, problem text)
    where r.import_id = ${importId} and r.line = l.line`.execute(sqlOf(em));
}

async function markContested(em: EntityManager, importId: number) {
  await sql`
    with neighbours as (
      select line, coalesce(lag(line) over same, lead(line) over same) as other from import_rows
      where import_id = ${importId} and key is not null and other_key is not null and repeats is null
      window same as (partition by other_key order by line)
    )
    update import_rows r set address_problem = 'Line ' || n.other || ' has the same email.'
    from neighbours n
    where r.import_id = ${importId} and r.line = n.line and n.other is not null`.execute(sqlOf(em));
}

const markOf = (lines: readonly number[]) =>
  lines.length <= longestChain ? { chain: lines[0]!, problem: null } : { chain: null, problem: tooLong };

const tooLong = `More than ${longestChain} emails depend on each other. Import these people in several files.`;

/**
 * Takes the addresses from every chain with a line that cannot change its own, with the reason. Returns the lines, to be
 * evaluated again.
 */
export async function breakRefusedChains(em: EntityManager, importId: number): Promise<number[]> {
  const { rows } = await sql<{ line: number }>`
    with refused as (
      select address_chain, min(line) as line from import_rows
      where import_id = ${importId} and address_chain is not null
        and (verdict = 'error' or not judgement->'changes' ? 'email') group by address_chain
    )
    update import_rows r set address_chain = null, address_problem = case when r.line <> f.line
      then 'The email depends on line ' || f.line || ', which can''t change its own.' end
    from refused f where r.import_id = ${importId} and r.address_chain = f.address_chain
    returning r.line`.execute(sqlOf(em));
  return rows.map(({ line }) => line);
}

/** The lines of the chains that these lines belong to, beyond themselves, as long as they wait. Reads chains by their index. */
export async function restOfChains(
  em: EntityManager,
  importId: number,
  lines: readonly number[],
): Promise<number[]> {
  const { rows } = await sql<{ line: number }>`
    with chains as materialized (
      select distinct address_chain from import_rows
      where import_id = ${importId} and line = any(${lines}::int[]) and address_chain is not null
    )
    select c.line from chains, lateral (
      select line from import_rows r
      where r.import_id = ${importId} and r.address_chain = chains.address_chain and r.outcome is null
      limit ${longestChain}) c
    where c.line <> all(${lines}::int[])
    order by c.line`.execute(sqlOf(em));
  return rows.map(({ line }) => line);
}

/** Takes the address from lines, each with its reason: they are executed without it. */
export async function giveUpAddresses(
  em: EntityManager,
  importId: number,
  problems: readonly { line: number; problem: string }[],
): Promise<void> {
  await sql`
    update import_rows r set address_chain = null, address_problem = p.problem
    from jsonb_to_recordset(${JSON.stringify(problems)}::jsonb) as p(line int, problem text)
    where r.import_id = ${importId} and r.line = p.line and r.outcome is null`.execute(sqlOf(em));
}
