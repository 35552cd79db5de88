import { LockMode } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import type { AuditAction, AuditDetails } from '../../domain/audit.ts';
import { Merged, NotFound } from '../../domain/failures.ts';
import type { ChangedFact } from '../../domain/offboarding/snapshot.ts';
import { AuditEntry, Offboarding, User } from '../entities/index.ts';
import type { AlsoWritten, Change } from './change-types.ts';
import { publishWhenCleared } from './cleared-event.ts';
import { idWithExternalId } from './find-person.ts';
import type { EntityManager } from './orm.ts';
import { sqlOf } from './tables.ts';
import { inTransaction } from './transaction.ts';

/** A person by id, or by the HR system's id. */
export type Person = number | { externalId: string };

/**
 * Changes facts about one person. Locks the person's row by its own statement and runs `work`. Then it commits the
 * change, its audit entries, the outbox row and the new revision together. Retries deadlocks. `lockOthersToo` locks all
 * people that the change touches, in the order of their ids.
 *
 * Throws NotFound for an unknown user, and the Refusal or InvalidInput of a broken constraint. Throws Merged for the id of a
 * record that was merged into another one.
 */
export const changeAbout = <T>(
  em: EntityManager,
  userId: number,
  actor: Actor,
  work: (change: Change) => Promise<T>,
  lockOthersToo?: (em: EntityManager, userId: number) => Promise<void>,
): Promise<T> =>
  inTransaction(em, async (transaction) => {
    await lockOthersToo?.(transaction, userId);
    return changeWithin(transaction, userId, actor, work);
  });

/** Like `changeAbout`, inside the open transaction of `em`. */
export async function changeWithin<T>(
  em: EntityManager,
  person: Person,
  actor: Actor,
  work: (change: Change) => Promise<T>,
): Promise<T> {
  const user = await lockUser(em, person);
  const offboarding = await em.findOne(Offboarding, { userId: user.id, state: 'open' });
  return changeOf(em, { user, offboarding }, actor, work);
}

/** Like `changeWithin`, for a row that is locked already. `user` and `offboarding` were read after the lock. */
export async function changeOf<T>(
  em: EntityManager,
  { user, offboarding }: Pick<Change, 'user' | 'offboarding'>,
  actor: Actor,
  work: (change: Change) => Promise<T>,
): Promise<T> {
  const facts = new Set<ChangedFact>();
  const entries: Entry[] = [];
  const also: AlsoWritten = {};
  let touched = false;
  const change: Change = {
    em,
    user,
    actor,
    offboarding,
    record: (action, details = {}) => void entries.push({ action, details }),
    changed: (...more) => {
      if (!touched) user.revision++;
      touched = true;
      for (const fact of more) facts.add(fact);
    },
    alsoWrite: (what) => void Object.assign(also, what),
  };
  const result = await work(change);
  await publishWhenCleared(change, facts);
  const expressions = Object.values(also);
  if (entries.length > 0) expressions.push(auditInsert(change, entries));
  if (facts.size > 0) expressions.push(outboxInsert(change, [...facts]));
  if (expressions.length > 0) await sql`with ${sql.join(expressions)} select`.execute(sqlOf(em));
  return result;
}

/** Locks before anything else is read, because READ COMMITTED then shows current rows to later statements. */
async function lockUser(em: EntityManager, person: Person): Promise<User> {
  const id = typeof person === 'number' ? person : idWithExternalId(person.externalId);
  const user = await em.findOne(User, { $and: [{ id }] }, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (user === null) throw new NotFound('person');
  if (!user.mergedInto) return user;
  if (typeof person === 'number') throw new Merged(user, user.mergedInto);
  // A merge committed while this waited, and the external id leads to the other record now.
  return lockUser(em, person);
}

interface Entry {
  action: AuditAction;
  details: AuditDetails;
}

function auditInsert({ user, actor }: Change, entries: readonly Entry[]) {
  const rows = entries.map(
    ({ action, details }) => sql`(${actor}, ${action}, ${user.id}, ${JSON.stringify(details)}::jsonb)`,
  );
  return sql`entries as (insert into audit_entries (actor, action, user_id, details) values ${sql.join(rows)})`;
}

const outboxInsert = ({ user, offboarding }: Change, facts: ChangedFact[]) => sql`
  announcement as (
    insert into outbox (user_id, offboarding_id, facts)
    values (${user.id}, ${offboarding?.id ?? null}, ${facts}::text[])
  )`;

/** Adds an audit entry outside a `Change`, in the transaction of `em`. `userId` is the person it is about. */
export const record = (
  em: EntityManager,
  actor: Actor,
  action: AuditAction,
  userId: number | null,
  details: AuditDetails = {},
) => em.create(AuditEntry, { actor, action, userId, details });
