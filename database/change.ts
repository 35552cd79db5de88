import { LockMode } from '@mikro-orm/postgresql';
import { type RawBuilder, sql } from 'kysely';
import type { Actor } from '../domain/actor.ts';
import type { AuditAction, AuditDetails } from '../domain/audit.ts';
import { NotFound } from '../domain/failures.ts';
import { publishWhenCleared } from './cleared.ts';
import { AuditEntry, Offboarding, User } from './entities/index.ts';
import type { ChangedFact } from './entities/record.ts';
import { inOneTransaction } from './one-transaction.ts';
import type { EntityManager } from './orm.ts';
import { sqlOf } from './tables.ts';

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
  /**
   * Takes common table expressions that write something more, by the one statement at the end that writes the audit
   * entries. They see neither each other's rows nor what is not flushed yet. Of two under the same name the later
   * ones count.
   */
  beside(name: string, expressions: RawBuilder<unknown>): void;
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
  const offboarding = await em.findOne(Offboarding, { userId: user.id, state: 'open' });
  return changeOf(em, { user, offboarding }, actor, work);
}

/** The same about a person whose row is locked, as it has been since, and with their open offboarding, read since. */
export async function changeOf<T>(
  em: EntityManager,
  { user, offboarding }: Pick<Change, 'user' | 'offboarding'>,
  actor: Actor,
  work: (change: Change) => Promise<T>,
): Promise<T> {
  const facts = new Set<ChangedFact>();
  const entries: Entry[] = [];
  const beside = new Map<string, RawBuilder<unknown>>();
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
    beside: (name, expressions) => void beside.set(name, expressions),
  };
  const result = await work(change);
  await publishWhenCleared(change, facts);
  if (entries.length > 0) beside.set('entries', writingOf(change, entries));
  if (facts.size > 0) beside.set('announcement', announcing(change, [...facts]));
  if (beside.size > 0) await sql`with ${sql.join([...beside.values()])} select`.execute(sqlOf(em));
  return result;
}

/** The person's row, locked before anything else is read (READ COMMITTED: what is read afterwards is current). */
async function lockUser(em: EntityManager, person: Person): Promise<User> {
  const where = typeof person === 'number' ? { id: person } : person;
  const user = await em.findOne(User, where, { lockMode: LockMode.PESSIMISTIC_WRITE });
  if (user === null) throw new NotFound('user');
  return user;
}

interface Entry {
  action: AuditAction;
  details: AuditDetails;
}

function writingOf({ user, actor }: Change, entries: readonly Entry[]) {
  const rows = entries.map(
    ({ action, details }) => sql`(${actor}, ${action}, ${user.id}, ${JSON.stringify(details)}::jsonb)`,
  );
  return sql`entries as (insert into audit_entries (actor, action, user_id, details) values ${sql.join(rows)})`;
}

const announcing = ({ user, offboarding }: Change, facts: ChangedFact[]) => sql`
  announcement as (
    insert into outbox (user_id, offboarding_id, facts)
    values (${user.id}, ${offboarding?.id ?? null}, ${facts}::text[])
  )`;

/** Adds an entry to the audit trail outside a `Change`, in the transaction of `em`. `userId` is the person it is about. */
export const record = (
  em: EntityManager,
  actor: Actor,
  action: AuditAction,
  userId: number | null,
  details: AuditDetails = {},
) => em.create(AuditEntry, { actor, action, userId, details });
