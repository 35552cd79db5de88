import { sql } from 'kysely';
import { type Role, roles } from '../../domain/access/permissions.ts';
import { SignInRefused } from '../../domain/access/sign-in-refusals.ts';
import { userActor } from '../../domain/actor.ts';
import { maySignIn, type UserStatus } from '../../domain/user-status.ts';
import { changeAbout } from '../core/change.ts';
import { personWithEmail } from '../core/find-person.ts';
import { sha256 } from '../core/hash.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { AccountLink } from '../entities/provider.ts';
import { useLink } from './one-time-links.ts';
import { applyRole } from './roles.ts';
import { isLastSuperAdmin, lockWithSuperAdmins } from './super-admins.ts';

/** What a checked answer of the provider says of a person. */
export interface ProviderAnswer {
  issuer: string;
  subject: string;
  /** The value of the claim that equals the directory's `externalId`; null without one. */
  directoryId: string | null;
  /** The address, if the provider has verified it. */
  email: string | null;
  /** The role that the groups give; null when roles are given in Lastday. */
  role: Role | null;
  /** The value of the invitation that the sign-in began with; null without one. */
  invitation: string | null;
}

interface Candidate {
  how: 'subject' | AccountLink;
  id: number;
  status: UserStatus;
  directoryInactive: boolean;
  role: Role;
  /** How the account was linked, for one that is known. */
  linkedBy: AccountLink | null;
  /** Whether the person has another account at this provider. */
  hasOther: boolean;
}

/**
 * Signs in the person whom an account at the provider belongs to, and returns their id. The account is found by issuer
 * and subject. The first time, it is linked to the person whom the directory knows by the same id, to the one whose
 * invitation was opened, or to one without a role who has its verified address. Sets the role that the groups give, and
 * records the sign-in. Throws SignInRefused.
 */
export async function signInByProvider(
  em: EntityManager,
  answer: ProviderAnswer,
  now = new Date(),
): Promise<number> {
  const person = chosen(await candidatesFor(em, answer, now), answer);
  const { issuer, subject, invitation } = answer;
  const link = person.how === 'subject' ? person.linkedBy! : person.how;
  await changeAbout(
    em,
    person.id,
    userActor(person.id),
    async (change) => {
      if (!maySignIn(change.user)) throw new SignInRefused('no-access', person.id);
      if (person.how === 'invitation' && (await useLink(change.em, invitation!, now)) === null)
        throw new SignInRefused('invitation-over', person.id);
      await keepAccount(change.em, { issuer, subject, userId: person.id, link }, now);
      const role = answer.role === null ? null : rolePermitted(answer.role, link);
      if (role !== null && role !== change.user.role && !(await isLastSuperAdmin(change))) {
        if (role !== 'employee' && !change.user.email) throw new SignInRefused('no-email', person.id);
        await applyRole(change, role, now);
      }
      change.record('user.signed_in', { by: 'provider' });
    },
    lockWithSuperAdmins,
  );
  return person.id;
}

/** An address alone makes nobody a super-admin. */
const rolePermitted = (role: Role, link: AccountLink): Role =>
  role === 'super-admin' && link === 'email' ? 'admin' : role;

/** Everyone whom the account may belong to, in one statement, so that all refusals take the same time. */
async function candidatesFor(em: EntityManager, answer: ProviderAnswer, now: Date): Promise<Candidate[]> {
  const { issuer, subject, directoryId, email, invitation } = answer;
  const { rows } = await sql<Candidate>`
    with found as (
      select 'subject' as how, user_id, linked_by from provider_accounts
      where issuer = ${issuer} and subject = ${subject}
      union all
      select 'directory', user_id, null from identities
      where source = 'scim' and folded(external_id) = folded(${directoryId}) and external_id = ${directoryId}
      union all
      select 'invitation', user_id, null from one_time_links
      where hash = ${invitation === null ? null : sha256(invitation)} and used_at is null and expires_at > ${now}
        and purpose = 'invitation'
      union all
      select 'email', ${email === null ? sql`null::int` : personWithEmail(email)}, null
    )
    select f.how, f.linked_by as "linkedBy", u.id, u.status, u.directory_inactive as "directoryInactive", u.role, exists (
      select from provider_accounts a where a.user_id = u.id and a.issuer = ${issuer} and a.subject <> ${subject}
    ) as "hasOther"
    from found f join users u on u.id = f.user_id`.execute(sqlOf(em.fork()));
  return rows;
}

/** The candidate that the account belongs to. Throws SignInRefused. */
function chosen(candidates: readonly Candidate[], { invitation }: ProviderAnswer): Candidate {
  const by = (how: Candidate['how']) => candidates.find((candidate) => candidate.how === how);
  const person = by('subject') ?? by('directory') ?? by('invitation') ?? by('email');
  if (person === undefined)
    throw new SignInRefused(invitation === null ? 'unknown-person' : 'invitation-over', null);
  if (!maySignIn(person)) throw new SignInRefused('no-access', person.id);
  if (person.how === 'email' && roles.indexOf(person.role) > 0)
    throw new SignInRefused('email-has-role', person.id);
  if (person.how === 'email' && person.hasOther) throw new SignInRefused('linked-to-another', person.id);
  return person;
}

interface KeptAccount {
  issuer: string;
  subject: string;
  userId: number;
  link: AccountLink;
}

/** Links the account to the person, or notes the sign-in. Another sign-in may have linked it to somebody else. */
async function keepAccount(em: EntityManager, { issuer, subject, userId, link }: KeptAccount, now: Date) {
  const { rows } = await sql`
    insert into provider_accounts as kept (issuer, subject, user_id, linked_by, linked_at, last_sign_in_at)
    values (${issuer}, ${subject}, ${userId}, ${link}, ${now}, ${now})
    on conflict (issuer, subject) do update set last_sign_in_at = ${now} where kept.user_id = excluded.user_id
    returning user_id`.execute(sqlOf(em));
  if (rows.length === 0) throw new SignInRefused('linked-to-another', userId);
}
