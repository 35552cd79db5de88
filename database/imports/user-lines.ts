import type { Actor } from '../../domain/actor.ts';
import type { UserFacts } from '../../domain/imports/evaluate-user.ts';
import { lockWithSuperAdmins } from '../access/super-admins.ts';
import { changeAbout } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { inTransaction } from '../core/transaction.ts';
import { applyUserChanges, createUserWithin, type NewUser, type UserFields } from '../people/users.ts';
import type { EvaluatedLine } from './evaluate.ts';
import { claimLine, recordSubject } from './lines.ts';

/** Adds or changes the user of a line as the console does, and marks the line as done in the same transaction. */
export async function executeUserLine(
  em: EntityManager,
  actor: Actor,
  importId: number,
  { line, facts, subjectId }: EvaluatedLine<UserFacts>,
): Promise<void> {
  const fields = fieldsOf(facts);
  const isPending = facts.managerIsInFile;
  if (subjectId !== null) {
    return changeAbout(
      em,
      subjectId,
      actor,
      async (change) => {
        await claimLine(change.em, importId, line, 'changed', isPending);
        await applyUserChanges(change, fields);
      },
      lockWithSuperAdmins,
    );
  }
  await inTransaction(em, async (transaction) => {
    await claimLine(transaction, importId, line, 'created', isPending);
    const userId = await createUserWithin(transaction, actor, fields as NewUser);
    await recordSubject(transaction, importId, line, userId);
  });
}

/** Stores no manager when the manager was offboarded. A manager from a later line is set by `setPendingManager`. */
function fieldsOf({ values: { manager: named, ...fields }, manager }: UserFacts): Partial<UserFields> {
  if (named === undefined) return fields;
  if (named === null || manager?.isGone) return { ...fields, managerId: null };
  return manager === null ? fields : { ...fields, managerId: manager.id };
}
