import { sql } from 'kysely';
import type { AccountAttributes } from '../../domain/directory/account.ts';
import { factsOf, nameOf } from '../../domain/directory/account-facts.ts';
import { userHasAccess } from '../access/has-access.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { QuestionKind } from '../entities/directory.ts';

/** Asks the admins which of these people an account is. The same question is asked once. */
export const askWho = (em: EntityManager, attributes: AccountAttributes, candidates: readonly number[]) =>
  ask(em, 'person', attributes, candidates);

/** Asks a super-admin whether someone with a role gets the address that the directory says. */
export async function askAboutAddress({ em, user }: Change, attributes: AccountAttributes, email: string) {
  if (email.toLowerCase() === user.email?.toLowerCase()) return;
  await ask(em, 'address', attributes, [user.id]);
}

/** Stores a question. A new one notifies each super-admin who has read the last notification of its kind. */
async function ask(
  em: EntityManager,
  kind: QuestionKind,
  attributes: AccountAttributes,
  candidates: readonly number[],
) {
  const { userName, externalId } = attributes;
  // The statement sees the questions as they were before it.
  await sql`
    with asked as (
      insert into directory_questions (kind, candidates, user_name, external_id, name, email)
      values (${kind}, ${candidates}::int[], ${userName}, ${externalId}, ${nameOf(attributes)}, ${factsOf(attributes).email})
      on conflict (kind, folded(user_name)) do update set candidates = excluded.candidates,
        external_id = excluded.external_id, name = excluded.name, email = excluded.email, asked_at = now(),
        decided_at = null, decided_user_id = null
    )
    insert into notifications (user_id, kind, about_user_id, details)
    select u.id, 'directory_question', ${kind === 'address' ? candidates[0]! : null}::int,
      jsonb_build_object('question', ${kind}::text)
    from users u where u.role = 'super-admin' and ${userHasAccess('u')}
      and not exists (
        select from directory_questions q
        where q.kind = ${kind} and folded(q.user_name) = folded(${userName}) and q.decided_at is null)
      and not exists (
        select from notifications n where n.user_id = u.id and n.read_at is null
          and n.kind = 'directory_question' and n.details->>'question' = ${kind})
    order by u.id`.execute(sqlOf(em));
}

/** Forgets what was decided about an account, because it exists now. */
export async function forgetDecision(em: EntityManager, { userName, externalId }: AccountAttributes) {
  await sql`
    delete from directory_questions where kind = 'person'
      and (folded(user_name) = folded(${userName}) or folded(external_id) = folded(${externalId}::text))`.execute(
    sqlOf(em),
  );
}

/** Forgets what was asked about a person's address, because the directory says another one by now. */
export const forgetAddress = ({ em, user }: Change) =>
  sql`
    delete from directory_questions where kind = 'address' and candidates @> array[${user.id}]::int[]`.execute(
    sqlOf(em),
  );
