import { LockMode } from '@mikro-orm/postgresql';
import type { Actor } from '../domain/actor.ts';
import type { AuditAction, AuditDetails } from '../domain/audit.ts';
import { NotFound } from '../domain/failures.ts';
import { publishWhenCleared } from './cleared.ts';
import { AuditEntry, Offboarding, Outbox, User } from './entities/index.ts';
import type { ChangedFact } from './entities/record.ts';
import { inOneTransaction } from './one-transaction.ts';
import type { EntityManager } from './orm.ts';

/** One change of facts about one person, inside its transaction, with their row locked. */
export interface Change {
  readonly em: EntityManager;
  /** The person, read after the lock was taken. */
  readonly user: User;
  readonly actor: Actor;
  /** Adds an entry about the person to the audit trail. */
  record(action: AuditAction, details?: AuditDetails): void;
  /** Says what changed: the person's revision goes up, and the engine will hear of the facts it follows. */
  changed(...facts: ChangedFact[]): void;
  /** The person's open offboarding, also one that this change opens or closes; else null. */
  offboarding: Offboarding | null;
}

/** A person by id, or by what the HR system calls them. */
export type Person = number | { externalId: string };

/**
 * The one way to change a fact about a person: locks their row as a statement of its own, runs `work`,
 * and commits the change, its audit entries, the outbox row and the new revision together. Tried again
 * on deadlocks. A change that touches more people locks them all, in the order of their ids, in
 * `lockOthersToo`. Throws NotFound for an unknown user, and a broken constraint as the Refusal it stands for.
 */
export const changeAbout = <T>(
  em: EntityManager,
  userId: number,
  actor: Actor,
  work: (change: Change) => Promise<T>,
  lockOthersToo?: (em: EntityManager, userId: number) => Promise<void>,
): Promise<T> =>
  inOneTransaction(em, async (transaction) => {
    await lockOthersToo?.(transaction, userId);
    return changeWithin(transaction, userId, actor, work);
  });

/** The same inside a transaction that is open already. */
export async function changeWithin<T>(
  em: EntityManager,
  person: Person,
  actor: Actor,
  work: (change: Change) => Promise<T>,
): Promise<T> {
  const user = await lockUser(em, person);
  const facts = new Set<ChangedFact>();
  let touched = false;
  const change: Change = {
    em,
    user,
    actor,
    offboarding: await em.findOne(Offboarding, { userId: user.id, state: 'open' }),
    record: (action, details = {}) => void record(em, actor, action, user.id, details),
    changed: (...more) => {
      touched = true;
      for (const fact of more) facts.add(fact);
    },
  };
  const result = await work(change);
  if (touched) user.revision++;
  if (facts.size > 0) announce(change, [...facts]);
  await publishWhenCleared(change, facts);
  return result;
}

/** The person's row, locked before anything else is read (READ COMMITTED: what is read afterwards is current). */
async function lockUser(em: EntityManager, person: Person): Promise<User> {
  const where = typeof person === 'number' ? { id: person } : person;
  const user = await em.findOne(User, where, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (user === null) throw new NotFound('user');
  return user;
}

function announce({ em, user, offboarding }: Change, facts: ChangedFact[]) {
  em.create(Outbox, { userId: user.id, offboardingId: offboarding?.id ?? null, facts });
}

/** Adds an entry to the audit trail in the transaction of `em`. `userId` is the person it is about. */
export const record = (
  em: EntityManager,
  actor: Actor,
  action: AuditAction,
  userId: number | null,
  details: AuditDetails = {},
) => em.create(AuditEntry, { actor, action, userId, details });
