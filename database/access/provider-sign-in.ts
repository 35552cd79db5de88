import { sql } from 'kysely';
import { type Role, roles } from '../../domain/access/permissions.ts';
import { type RoleRules, roleOfGroups } from '../../domain/access/provider-claims.ts';
import { type RefusalCause, SignInRefused } from '../../domain/access/sign-in-refusals.ts';
import { userActor } from '../../domain/actor.ts';
import { maySignIn, type UserStatus } from '../../domain/user-status.ts';
import { changeAbout } from '../core/change.ts';
import { personWithEmail } from '../core/find-person.ts';
import { sha256 } from '../core/hash.ts';
import type { EntityManager } from '../core/orm.ts';
import { sqlOf } from '../core/tables.ts';
import type { AccountLink } from '../entities/provider.ts';
import { userHasAccess } from './has-access.ts';
import { useLink } from './one-time-links.ts';
import { applyRole } from './roles.ts';
import { lockWithSuperAdmins } from './super-admins.ts';

/** What a checked answer of the provider says of a person. */
export interface ProviderAnswer {
  issuer: string;
  subject: string;
  /** The value of the claim that equals the directory's `externalId`; null without one. */
  directoryId: string | null;
  /** The address, if the provider has verified it. */
  email: string | null;
  /**
   * The role that the groups of the claim give, or why they refuse the sign-in; with `fromDirectory` the groups that the
   * directory provisioned decide. Null when roles are given in Lastday.
   */
  role: Role | { refused: RefusalCause } | { fromDirectory: Pick<RoleRules, 'map' | 'noMatch'> } | null;
  /** The value of the invitation that the sign-in began with; null without one. */
  invitation: string | null;
}

/** What was found of a person, in the order in which it counts. */
type Found = 'subject' | AccountLink;

interface Candidate {
  how: Found;
  id: number;
  name: string;
  email: string | null;
  status: UserStatus;
  directoryInactive: boolean;
  role: Role;
  /** How the account was linked, for one that is known. */
  linkedBy: AccountLink | null;
  /** Whether the person has another account at this provider. */
  hasOther: boolean;
  /** Whether they are the last super-admin with access, who keeps the role. */
  isLast: boolean;
  /** The names of the groups that a directory has put the person into. */
  groups: string[];
}

/** What a sign-in comes to: whose it is, and which role it gives. */
export interface SignInDecision {
  person: { id: number; name: string; how: Found; linkedBy: AccountLink } | null;
  /** The person's groups in the directory. */
  groups: string[];
  /** The role that follows; null when the sign-in changes none or is refused. */
  role: Role | null;
  refused: RefusalCause | null;
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
  const { id } = permitted(await decideSignIn(em.fork(), answer, now));
  const { issuer, subject, invitation } = answer;
  await changeAbout(
    em,
    id,
    userActor(id),
    async (change) => {
      // Decided again, because the person, their groups and the account may have changed before the lock.
      const { role, ...person } = permitted(await decideSignIn(change.em, answer, now));
      if (person.id !== id) throw new SignInRefused('linked-to-another', id);
      if (person.how === 'invitation' && (await useLink(change.em, invitation!, now)) === null)
        throw new SignInRefused('invitation-over', id);
      await keepAccount(change.em, { issuer, subject, userId: id, link: person.linkedBy }, now);
      if (role !== null) await applyRole(change, role, now);
      change.record('user.signed_in', { by: 'provider' });
    },
    lockWithSuperAdmins,
  );
  return id;
}

function permitted({ person, role, refused }: SignInDecision) {
  if (refused !== null || person === null)
    throw new SignInRefused(refused ?? 'unknown-person', person?.id ?? null);
  return { ...person, role };
}

/**
 * What a sign-in would come to, without signing anyone in. All of it is read by one statement, so that all refusals take
 * the same time.
 */
export async function decideSignIn(
  em: EntityManager,
  answer: ProviderAnswer,
  now = new Date(),
): Promise<SignInDecision> {
  const candidates = await candidatesFor(em, answer, now);
  const by = (how: Found) => candidates.find((candidate) => candidate.how === how);
  const found = by('subject') ?? by('directory') ?? by('invitation') ?? by('email') ?? null;
  const { role, refused: byRole } = roleFor(answer, found);
  const refused = byRole ?? refusalOf(found, answer, role);
  return {
    person: found && { id: found.id, name: found.name, how: found.how, linkedBy: linkOf(found) },
    groups: found?.groups ?? [],
    role: refused === null ? role : null,
    refused,
  };
}

const linkOf = ({ how, linkedBy }: Candidate): AccountLink => (how === 'subject' ? linkedBy! : how);

/** The role that the groups give. Those of a directory give none to someone unknown, and the last super-admin keeps the role. */
function roleFor(
  { role }: ProviderAnswer,
  found: Candidate | null,
): { role: Role | null; refused?: RefusalCause } {
  if (role === null) return { role };
  const given =
    typeof role === 'object' && 'fromDirectory' in role
      ? found && roleOfGroups(found.groups, role.fromDirectory)
      : role;
  if (given === null || (found?.isLast && typeof given === 'string')) return { role: null };
  if (typeof given === 'object') return { role: null, refused: given.refused };
  return { role: found === null ? given : rolePermitted(given, linkOf(found)) };
}

/** Why the person cannot sign in; null when they can. */
function refusalOf(
  found: Candidate | null,
  { invitation }: ProviderAnswer,
  role: Role | null,
): RefusalCause | null {
  if (found === null) return invitation === null ? 'unknown-person' : 'invitation-over';
  if (!maySignIn(found)) return 'no-access';
  if (found.how === 'email' && roles.indexOf(found.role) > 0) return 'email-has-role';
  if (found.how === 'email' && found.hasOther) return 'linked-to-another';
  if (role !== null && role !== 'employee' && role !== found.role && !found.email) return 'no-email';
  return null;
}

/** An address alone makes nobody a super-admin. */
const rolePermitted = (role: Role, link: AccountLink): Role =>
  role === 'super-admin' && link === 'email' ? 'admin' : role;

/** Everyone whom the account may belong to. */
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
    select f.how, f.linked_by as "linkedBy", u.id, u.name, u.email, u.status, u.directory_inactive as "directoryInactive", u.role, exists (
      select from provider_accounts a where a.user_id = u.id and a.issuer = ${issuer} and a.subject <> ${subject}
    ) as "hasOther", u.role = 'super-admin' and not exists (
      select from users o where o.role = 'super-admin' and ${userHasAccess('o')} and o.id <> u.id
    ) as "isLast", array(
      select g.display_name from directory_accounts a
      join directory_group_members m on m.account_id = a.id join directory_groups g on g.id = m.group_id
      where a.user_id = u.id order by g.display_name
    ) as groups
    from found f join users u on u.id = f.user_id`.execute(sqlOf(em));
  return rows;
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
