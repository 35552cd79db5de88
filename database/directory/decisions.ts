import { LockMode } from '@mikro-orm/postgresql';
import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { NotFound, Refusal } from '../../domain/failures.ts';
import { lockWithSuperAdmins } from '../access/super-admins.ts';
import { changeAbout, record } from '../core/change.ts';
import type { EntityManager } from '../core/orm.ts';
import { offsetOf, type Page, pageOf, pageSize } from '../core/pagination.ts';
import { sqlOf } from '../core/tables.ts';
import { inTransaction } from '../core/transaction.ts';
import type { QuestionKind } from '../entities/directory.ts';
import { DirectoryQuestion } from '../entities/index.ts';
import { applyUserChanges } from '../people/users.ts';

/** Someone whom a question may be about. */
interface Candidate {
  id: number;
  name: string;
  email: string | null;
  externalId: string | null;
  department: string | null;
  /** They have an account already, so the two accounts are one person's. */
  hasAccount: boolean;
}

/** What a directory stated and an admin has to decide. */
export interface OpenQuestion {
  id: number;
  kind: QuestionKind;
  /** What the account says. */
  userName: string;
  externalId: string | null;
  name: string;
  email: string | null;
  askedAt: Date;
  candidates: Candidate[];
}

/** One page of the open questions of a kind, the oldest first, by one statement. */
export async function questions(
  em: EntityManager,
  kind: QuestionKind,
  page = 1,
): Promise<Page<OpenQuestion>> {
  const { rows } = await sql<OpenQuestion & { total: number }>`
    with page as (
      select q.id, q.kind, q.user_name as "userName", q.external_id as "externalId", q.name, q.email,
        q.asked_at as "askedAt", q.candidates as ids
      from directory_questions q where q.decided_at is null and q.kind = ${kind}
      order by q.id limit ${pageSize} offset ${offsetOf(page)}
    )
    select counted.total, page.*, (
      select coalesce(jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name, 'email', u.email,
        'externalId', u.external_id, 'department', u.department, 'hasAccount', u.in_directory) order by u.id), '[]')
      from users u where u.id = any(page.ids)
    ) as candidates
    from (
      select count(*) as total from directory_questions where decided_at is null and kind = ${kind}
    ) counted left join page on true
    order by page.id`.execute(sqlOf(em));
  return pageOf(rows, page);
}

/** An open question. Throws NotFound. */
export const questionById = (em: EntityManager, id: number, kind: QuestionKind): Promise<DirectoryQuestion> =>
  openQuestion(em.fork(), id, kind);

/**
 * Decides whose account it is: one of the candidates, or somebody new (null). The directory's next call finds that person.
 * Throws a Refusal for a person who has an account already or is no candidate, and NotFound.
 */
export const decidePerson = (
  em: EntityManager,
  actor: Actor,
  questionId: number,
  userId: number | null,
  now = new Date(),
): Promise<void> =>
  inTransaction(em, async (transaction) => {
    const question = await openQuestion(transaction, questionId, 'person', LockMode.PESSIMISTIC_WRITE);
    if (userId !== null && !question.candidates.includes(userId)) {
      throw new Refusal('not-a-candidate', 'Choose one of the people the directory may mean.');
    }
    if (userId !== null && (await hasAccount(transaction, userId))) {
      throw new Refusal(
        'has-account',
        'This person already has an account in the directory. Correct it there, or choose a new person.',
      );
    }
    Object.assign(question, { decidedAt: now, decidedUserId: userId });
    record(transaction, actor, 'account.decided', userId, {
      questionId,
      question: 'person',
      isAccepted: userId !== null,
    });
  });

async function hasAccount(em: EntityManager, userId: number): Promise<boolean> {
  const { rows } = await sql`
    select from directory_accounts where user_id = ${userId} and hidden_at is null`.execute(sqlOf(em));
  return rows.length > 0;
}

/**
 * Gives someone with a role the address that the directory says, or not. Throws InvalidInput for an address that somebody
 * else has by now, and NotFound.
 */
export async function decideAddress(
  em: EntityManager,
  actor: Actor,
  questionId: number,
  isAccepted: boolean,
): Promise<void> {
  const { candidates } = await openQuestion(em.fork(), questionId, 'address');
  await changeAbout(
    em,
    candidates[0]!,
    actor,
    async (change) => {
      const question = await openQuestion(change.em, questionId, 'address');
      change.record('account.decided', { questionId, question: 'address', isAccepted });
      if (isAccepted) await applyUserChanges(change, { email: question.email ?? null });
      change.em.remove(question);
    },
    lockWithSuperAdmins,
  );
}

async function openQuestion(
  em: EntityManager,
  id: number,
  kind: QuestionKind,
  lockMode = LockMode.NONE,
): Promise<DirectoryQuestion> {
  const question = await em.findOne(DirectoryQuestion, { id, kind, decidedAt: null }, { lockMode });
  if (question === null) throw new NotFound('question');
  return question;
}
