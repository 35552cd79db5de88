import { sql } from 'kysely';
import type { AccountAttributes } from '../../domain/directory/account.ts';
import { factsOf, nameOf } from '../../domain/directory/account-facts.ts';
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

async function ask(
  em: EntityManager,
  kind: QuestionKind,
  attributes: AccountAttributes,
  candidates: readonly number[],
) {
  const { userName, externalId } = attributes;
  await sql`
    insert into directory_questions (kind, candidates, user_name, external_id, name, email)
    values (${kind}, ${candidates}::int[], ${userName}, ${externalId}, ${nameOf(attributes)}, ${factsOf(attributes).email})
    on conflict (kind, folded(user_name)) do update set candidates = excluded.candidates,
      external_id = excluded.external_id, name = excluded.name, email = excluded.email, asked_at = now(),
      decided_at = null, decided_user_id = null`.execute(sqlOf(em));
}

/** Forgets what was decided about an account, because it exists now. */
export async function forgetDecision(em: EntityManager, { userName, externalId }: AccountAttributes) {
  await sql`
    delete from directory_questions where kind = 'person'
      and (folded(user_name) = folded(${userName}) or folded(external_id) = folded(${externalId}::text))`.execute(
    sqlOf(em),
  );
}
