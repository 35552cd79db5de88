import { sql } from 'kysely';
import type { Role } from '../../domain/access/permissions.ts';
import type { Sort } from '../../domain/sorting.ts';
import type { UserStatus } from '../../domain/user-status.ts';
import type { EntityManager } from '../core/orm.ts';
import { type Page, pageOf } from '../core/pagination.ts';
import { type SortKey, sortedPage } from '../core/sorting.ts';
import { sqlOf } from '../core/tables.ts';
import { accountsOfUser, type LinkedAccount } from './provider-accounts.ts';

/** How someone with a role above employee can sign in. */
export interface ListedSignIn {
  id: number;
  name: string;
  role: Role;
  status: UserStatus;
  directoryInactive: boolean;
  hasPassword: boolean;
  accounts: LinkedAccount[];
  /** When the last unused invitation expires; null when none is valid. */
  invitedUntil: Date | null;
}

/** What the list can be sorted by. */
export const signInColumns = ['name', 'role', 'last-sign-in'] as const;
type SignInColumn = (typeof signInColumns)[number];

/** The order of the list unless a column is chosen. */
export const signInOrder: Sort<SignInColumn> = { column: 'name', backwards: false };

/** One page of the people with a role above employee. `users_role_index` finds them, and they are few. */
export async function listSignIns(
  em: EntityManager,
  page: number,
  { column, backwards }: Sort<SignInColumn>,
): Promise<Page<ListedSignIn>> {
  const wanted = sql`u.role <> 'employee'`;
  const ids = sortedPage({ from: sql`users u`, id: sql`u.id`, wanted }, keys[column], backwards, page);
  const { rows } = await sql<ListedSignIn & { total: number }>`
    with page as (${ids})
    select total, u.id, u.name, u.role, u.status, u.directory_inactive as "directoryInactive",
      u.password_hash is not null as "hasPassword", ${accountsOfUser} as accounts, ${invitedUntil} as "invitedUntil"
    from (select count(*) as total from users u where ${wanted}) counted
    left join page on true left join users u on u.id = page.id
    order by page.place`.execute(sqlOf(em.fork()));
  return pageOf(rows, page);
}

/** SQL for the end of the last unused invitation of person `u`. */
export const invitedUntil = sql<Date | null>`(
  select max(expires_at) from one_time_links x
  where x.user_id = u.id and x.purpose = 'invitation' and x.used_at is null and x.expires_at > now())`;

const keys: Record<SignInColumn, SortKey> = {
  name: { value: sql`lower(u.name)` },
  role: { value: sql`array_position(array['it-admin', 'admin', 'super-admin'], u.role)` },
  'last-sign-in': {
    value: sql`(select max(a.last_sign_in_at) from provider_accounts a where a.user_id = u.id)`,
  },
};
