import { sql } from 'kysely';
import type { Account, AccountAttributes } from '../../domain/directory/account.ts';
import type { EchoedAttributes } from '../../domain/directory/echoed-attributes.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { DirectoryAccount } from '../entities/index.ts';

/** A row of `directory_accounts` with the account of the manager. */
export interface AccountRow extends Omit<Account, 'attributes'> {
  userName: string;
  externalId: string | null;
  active: boolean;
  manager: string | null;
  attributes: EchoedAttributes;
}

/**
 * The columns of an AccountRow, of account `a`. A manager who has completed their offboarding, or who is the person
 * themselves, is none.
 */
export const accountColumns = sql`
  a.id, a.user_id as "userId", a.user_name as "userName", a.external_id as "externalId", a.active, a.manager,
  a.attributes, a.version, a.created_at as "createdAt", a.changed_at as "changedAt", (
    select jsonb_build_object('id', m.id, 'displayName', p.name)
    from directory_accounts m join users p on p.id = m.user_id
    where m.user_id = person_in_directory(a.manager) and m.hidden_at is null and m.user_id <> a.user_id
      and p.offboarding_completed_at is null
  ) as "managerAccount"`;

export const toAccount = (row: AccountRow): Account => ({
  id: row.id,
  userId: row.userId,
  attributes: attributesOf(row),
  managerAccount: row.managerAccount,
  version: row.version,
  createdAt: row.createdAt,
  changedAt: row.changedAt,
});

/** What the directory stated, from the columns that hold it. */
export const attributesOf = ({
  userName,
  externalId,
  active,
  manager,
  attributes,
}: Pick<DirectoryAccount, 'userName' | 'active' | 'attributes'> & {
  externalId?: string | null;
  manager?: string | null;
}): AccountAttributes => ({
  ...attributes,
  userName,
  externalId: externalId ?? null,
  active,
  manager: manager ?? null,
});

/** The account with this id; null when there is none, or the directory deleted it. */
export async function readAccount(em: EntityManager, id: string): Promise<Account | null> {
  const { rows } = await sql<AccountRow>`
    select ${accountColumns} from directory_accounts a
    where a.id = uuid_of(${id}) and a.hidden_at is null`.execute(sqlOf(em));
  return rows[0] ? toAccount(rows[0]) : null;
}
