import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import type { HrField } from '../../domain/directory/owned-fields.ts';
import { InvalidInput, Refusal } from '../../domain/failures.ts';
import { isManagerPending, settle } from '../../domain/imports/settle-user.ts';
import type { UserFacts } from '../../domain/imports/user-facts.ts';
import { lockWithSuperAdmins } from '../access/super-admins.ts';
import { changeAbout } from '../core/change.ts';
import { toRefusal } from '../core/constraints.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import { inTransaction } from '../core/transaction.ts';
import { applyUserChanges, createUserWithin, type NewUser, type UserFields } from '../people/users.ts';
import type { EvaluatedLine } from './evaluate.ts';
import type { ImportRun } from './import-run.ts';
import { claimLine, recordSubject } from './lines.ts';
import { giveUpAddresses } from './whole-file/address-chains.ts';

/** Adds or changes the user of a line as the console does, and marks the line as done in the same transaction. */
export async function executeUserLine(
  em: EntityManager,
  actor: Actor,
  importId: number,
  found: EvaluatedLine<UserFacts>,
): Promise<void> {
  const { line, facts, subjectId } = found;
  if (subjectId === null) {
    return inTransaction(em, (transaction) => addUserOf(transaction, actor, importId, found));
  }
  const { fields, isPending, hrStated } = storable(facts);
  return changeAbout(
    em,
    subjectId,
    actor,
    async (change) => {
      await claimLine(change.em, importId, line, 'changed', isPending);
      change.user.hrStated = [...hrStated];
      await applyUserChanges(change, fields);
    },
    lockWithSuperAdmins,
  );
}

/** Adds the user of a line, and marks the line, in the transaction of `em`. */
export async function addUserOf(
  em: EntityManager,
  actor: Actor,
  importId: number,
  { line, facts }: EvaluatedLine<UserFacts>,
): Promise<void> {
  const { fields, isPending, hrStated } = storable(facts);
  await claimLine(em, importId, line, 'created', isPending);
  const userId = await createUserWithin(em, actor, { ...(fields as NewUser), hrStated: [...hrStated] });
  await recordSubject(em, importId, line, userId);
}

/** What a line stores. `isPending`: the manager waits until every line was executed. */
interface Storable {
  fields: Partial<UserFields>;
  isPending: boolean;
  hrStated: readonly HrField[];
}

/** The fields that a line stores, and whether the manager waits. Stores none for a manager who was offboarded. */
export function storable(facts: UserFacts): Storable {
  const { values, hrStated } = settle(facts);
  const { manager: named, ...fields } = values;
  const isPending = isManagerPending(facts, values);
  if (named === undefined || isPending) return { fields, isPending, hrStated };
  const managerId = named === null || facts.manager!.isGone ? null : facts.manager!.id;
  return { fields: { ...fields, managerId }, isPending, hrStated };
}

/**
 * Takes the address from the line of a known person that failed because of it: somebody else has it meanwhile, or only
 * super-admins may change it. So the line keeps its end date. Returns whether the line can be tried without it.
 */
export async function withoutAddress(
  { em, importId }: ImportRun,
  { line, facts, subjectId, evaluation }: EvaluatedLine<UserFacts>,
  error: unknown,
): Promise<boolean> {
  if (subjectId === null || facts.addressProblem || !('email' in evaluation.changes)) return false;
  const known = toRefusal(error);
  const problem = known instanceof InvalidInput ? known.fields.email : outranked(known);
  if (problem === undefined) return false;
  await giveUpAddresses(em, importId, [{ line, problem }]);
  return true;
}

const outranked = (error: unknown) =>
  error instanceof Refusal && error.code === 'outranked' ? error.message : undefined;

/** Stores for lines that change nothing which fields HR has stated, by one statement if there are any. */
export async function storeStatedFields(
  em: EntityManager,
  lines: readonly EvaluatedLine<UserFacts>[],
): Promise<void> {
  const stated = lines.flatMap(({ subjectId, facts }) => {
    const { hrStated } = settle(facts);
    return subjectId === null || hrStated === facts.user?.ownership?.hrStated
      ? []
      : [{ id: subjectId, hrStated }];
  });
  if (stated.length === 0) return;
  await inTransaction(em, async (transaction) => {
    await sql`
      with stated as (
        select u.id, s."hrStated" from jsonb_to_recordset(${JSON.stringify(stated)}::jsonb) as s(id int, "hrStated" text[])
        join users u on u.id = s.id order by u.id for update of u
      )
      update users u set hr_stated = s."hrStated" from stated s where u.id = s.id`.execute(
      sqlOf(transaction),
    );
  });
}
