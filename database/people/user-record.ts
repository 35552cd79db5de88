import { sql } from 'kysely';
import { NotFound } from '../../domain/failures.ts';
import type { UserStatus } from '../../domain/user-status.ts';
import { accountsOfUser, type LinkedAccount } from '../access/provider-accounts.ts';
import { invitedUntil } from '../access/sign-in-list.ts';
import { isOfWorkspace } from '../access/workspace-tokens.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { OffboardingState } from '../entities/offboarding.ts';

/** A person who reports to another one. */
interface Report {
  id: number;
  name: string;
  jobTitle: string | null;
  status: UserStatus;
}

/** One offboarding of a person. Times are ISO texts. */
interface PastOffboarding {
  id: number;
  state: OffboardingState;
  openedAt: string;
  closedAt: string | null;
}

/** A person's record, without the checklist. */
export interface UserRecord {
  externalId: string | null;
  /** Their own zone, or null for the workspace's. */
  timeZone: string | null;
  revision: number;
  createdAt: Date;
  hasPassword: boolean;
  /** At the identity provider. */
  accounts: LinkedAccount[];
  /** When the last unused invitation expires; null when none is valid. */
  invitedUntil: Date | null;
  reports: Report[];
  /** Names of the API tokens that are revoked when the person leaves. */
  tokens: string[];
  /** Also those of merged records, the latest of their own first. */
  offboardings: PastOffboarding[];
  /** The external ids and addresses of merged records, which lead here. */
  otherIds: string[];
}

/** The most reports a record lists by name. */
export const reportsShown = 100;

/** A person's record, by one statement. Throws NotFound. */
export async function userRecordOf(em: EntityManager, userId: number): Promise<UserRecord> {
  const { rows } = await sql<UserRecord>`
    select
      u.external_id as "externalId", u.time_zone as "timeZone", u.revision, u.created_at as "createdAt",
      u.password_hash is not null as "hasPassword", ${accountsOfUser} as accounts, ${invitedUntil} as "invitedUntil",
      ${reports} as reports, ${tokens} as tokens, ${offboardings} as offboardings,
      ${otherIds} as "otherIds"
    from users u where u.id = ${userId}`.execute(sqlOf(em));
  if (rows[0] === undefined) throw new NotFound('person');
  return rows[0];
}

const reports = sql`(
  select coalesce(jsonb_agg(jsonb_build_object('id', x.id, 'name', x.name, 'jobTitle', x.job_title,
    'status', x.status) order by lower(x.name), x.id), '[]')
  from (select * from users r where r.manager_id = u.id order by lower(r.name), r.id limit ${sql.lit(reportsShown)}) x)`;

const tokens = sql`array(
  select x.name from api_tokens x where x.created_by = u.id and x.revoked_at is null and not ${isOfWorkspace} order by x.id)`;

const offboardings = sql`(
  select coalesce(jsonb_agg(jsonb_build_object('id', x.id, 'state', x.state, 'openedAt', x.opened_at,
    'closedAt', x.closed_at) order by x.user_id = u.id desc, x.id desc), '[]')
  from offboardings x
  where x.user_id = u.id or x.user_id in (select m.id from users m where m.merged_into = u.id))`;

const otherIds = sql`array(
  select x.external_id from identities x
  where x.user_id = u.id and x.external_id is distinct from u.external_id and x.external_id is distinct from u.email
  order by x.created_at, x.source desc, x.external_id)`;
