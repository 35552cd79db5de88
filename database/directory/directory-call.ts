import { type AccountAttributes, AccountConflict } from '../../domain/directory/account.ts';
import { InvalidInput } from '../../domain/failures.ts';
import { emailInUse, externalIdInUse } from '../../domain/wording/refusals.ts';
import type { EntityManager } from '../core/orm.ts';
import { inTransaction } from '../core/transaction.ts';
import { askWho } from './questions.ts';

/**
 * Runs a call of a directory in one transaction. When the account may be several people's, it asks the admins in another
 * transaction, because the call changes nothing. `asksWith` sets the attributes for that. A value that a concurrent call took
 * is tried once more, because its person is known by then.
 */
export async function inDirectoryCall<T>(
  em: EntityManager,
  attributes: AccountAttributes | null,
  work: (em: EntityManager, asksWith: (attributes: AccountAttributes) => void) => Promise<T>,
): Promise<T> {
  let asked = attributes;
  const asksWith = (next: AccountAttributes) => {
    asked = next;
  };
  const attempt = () => inTransaction(em, (transaction) => work(transaction, asksWith));
  try {
    return await attempt().catch((error) => (isTaken(error) ? attempt() : Promise.reject(error)));
  } catch (error) {
    if (isTaken(error)) throw new AccountConflict('Another person has one of these values.');
    if (error instanceof AccountConflict && error.candidates.length > 0 && asked !== null)
      await askWho(em.fork(), asked, error.candidates);
    throw error;
  }
}

/** Whether a unique index refused a value of the person. */
const isTaken = (error: unknown): boolean =>
  error instanceof InvalidInput &&
  [emailInUse, externalIdInUse].some((words) => Object.values(error.fields).includes(words));
