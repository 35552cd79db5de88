import { sql } from 'kysely';
import type { UserFacts } from '../../../domain/imports/user-facts.ts';
import { lockWithSuperAdmins } from '../../access/super-admins.ts';
import { changeOf } from '../../core/change.ts';
import type { EntityManager } from '../../core/orm.ts';
import { sqlOf } from '../../core/tables.ts';
import { inTransaction } from '../../core/transaction.ts';
import { Offboarding, User } from '../../entities/index.ts';
import { applyUserChanges } from '../../people/users.ts';
import type { EvaluatedLine } from '../evaluate.ts';
import type { ImportRun } from '../import-run.ts';
import { lineErrors } from '../line-errors.ts';
import { claimLine } from '../lines.ts';
import { addUserOf, storable } from '../user-lines.ts';
import { giveUpAddresses } from './address-chains.ts';

type Line = EvaluatedLine<UserFacts>;

/**
 * Executes lines whose addresses depend on one another, in one transaction. When one fails, all fail: the reason is stored
 * with each, and their numbers are returned, so that the rest of the lines is executed without the addresses.
 */
export async function executeChain(run: ImportRun, lines: readonly Line[]): Promise<number[]> {
  const { em, importId, onDefect } = run;
  let at: number | null = null;
  try {
    await inTransaction(em, async (transaction) => {
      const people = await lockPeople(transaction, lines);
      await emptyAddresses(transaction, [...people.keys()]);
      for (const line of lines) {
        at = line.line;
        await executeWithin(transaction, run, people, line);
      }
      at = null;
    });
    return [];
  } catch (error) {
    const problems = lineErrors(error, (defect) => onDefect(defect, at ?? lines[0]!.line));
    if (problems === null) return [];
    const reason = problems.map(({ message }) => message).join(' ');
    const problemOf = (line: number) =>
      at === null || line === at ? reason : `The email depends on line ${at}: ${reason}`;
    await giveUpAddresses(
      em,
      importId,
      lines.map(({ line }) => ({ line, problem: problemOf(line) })),
    );
    return lines.map(({ line }) => line);
  }
}

type Locked = Pick<Parameters<typeof changeOf>[1], 'user' | 'offboarding'>;

/** Locks everyone in the order of their ids, with the super-admins if one of them is, and reads them afterwards. */
async function lockPeople(em: EntityManager, lines: readonly Line[]): Promise<Map<number, Locked>> {
  const ids = lines.flatMap(({ subjectId }) => subjectId ?? []);
  await lockWithSuperAdmins(em, ids);
  const open = await em.find(Offboarding, { userId: ids, state: 'open' });
  const users = await em.find(User, { id: ids });
  return new Map(
    users.map((user) => [
      user.id,
      { user, offboarding: open.find(({ userId }) => userId === user.id) ?? null },
    ]),
  );
}

/** Every address of a chain is set again before the transaction ends. Until then no two rows may have the same one. */
async function emptyAddresses(em: EntityManager, ids: readonly number[]) {
  await sql`
    update users set email = 'moves-' || id || '@lastday.invalid' where id = any(${ids}::int[])`.execute(
    sqlOf(em),
  );
}

async function executeWithin(
  em: EntityManager,
  { actor, importId }: ImportRun,
  people: ReadonlyMap<number, Locked>,
  found: Line,
): Promise<void> {
  const { line, facts, subjectId } = found;
  if (subjectId === null) return addUserOf(em, actor, importId, found);
  const { fields, isPending } = storable(facts);
  await changeOf(em, people.get(subjectId)!, actor, async (change) => {
    await claimLine(em, importId, line, 'changed', isPending);
    await applyUserChanges(change, fields);
  });
}
