import { sql } from 'kysely';
import type { Actor } from '../domain/actor.ts';
import { InvalidInput, NotFound } from '../domain/failures.ts';
import { changeAbout } from './change.ts';
import { inWords } from './constraints.ts';
import { User } from './entities/index.ts';
import type { EntityManager } from './orm.ts';
import { lockWithSuperAdmins } from './super-admins.ts';
import { sqlOf } from './tables.ts';
import { applyUserChanges, createUserWithin, type UserFields } from './users.ts';

/** What an HR system wants to be true of a person; what it does not name is left out. */
export type DesiredUser = Partial<Omit<UserFields, 'externalId' | 'managerId'>> & {
  managerExternalId?: string | null | undefined;
};

/** A whole person: PUT needs a name and an e-mail address. */
export type NewDesiredUser = DesiredUser & Pick<UserFields, 'name' | 'email'>;

/** What was done otherwise than asked. */
export interface Warning {
  field: keyof DesiredUser;
  message: string;
}

/** What became of a desired state. */
export interface Applied {
  created: boolean;
  warnings: Warning[];
}

/**
 * Changes what is named of the person with this external id. A manager who has been offboarded is stored as
 * none, with a warning: a nightly sync must not bring a gone manager back, nor fail for ever. Throws NotFound,
 * and what `updateUser` throws.
 */
export async function patchUser(
  em: EntityManager,
  actor: Actor,
  externalId: string,
  desired: DesiredUser,
): Promise<Applied> {
  const userId = await idOf(em, externalId);
  if (userId === null) throw new NotFound('user');
  return applyTo(em, actor, userId, externalId, () => desired);
}

/**
 * Makes the person with this external id what is desired, or adds them: what is not named becomes empty, and
 * the status stays. Of somebody offboarded, end date and manager stay too unless they are named.
 */
export async function putUser(
  em: EntityManager,
  actor: Actor,
  externalId: string,
  desired: NewDesiredUser,
): Promise<Applied> {
  const userId = await idOf(em, externalId);
  if (userId !== null)
    return applyTo(em, actor, userId, externalId, (user) => withTheRestEmpty(desired, user));
  try {
    return await add(em, actor, externalId, desired);
  } catch (error) {
    // The same call, doubled: the other one was faster by a moment.
    if ((await idOf(em, externalId)) !== null) return putUser(em, actor, externalId, desired);
    throw error;
  }
}

async function idOf(em: EntityManager, externalId: string): Promise<number | null> {
  const user = await em.fork().findOne(User, { externalId }, { fields: ['id'] });
  return user?.id ?? null;
}

/** What PUT leaves out is empty. */
const withTheRestEmpty = (desired: DesiredUser, user: User): DesiredUser => ({
  department: null,
  jobTitle: null,
  startDate: null,
  timeZone: null,
  ...(user.offboardingCompletedAt ? {} : { endDate: null, managerExternalId: null }),
  ...desired,
});

const applyTo = (
  em: EntityManager,
  actor: Actor,
  userId: number,
  externalId: string,
  desiredOf: (user: User) => DesiredUser,
): Promise<Applied> =>
  changeAbout(
    em,
    userId,
    actor,
    async (change) => {
      const { managerExternalId, ...changes } = desiredOf(change.user);
      const { managerId, warnings } = await managerFor(change.em, externalId, managerExternalId);
      await applyUserChanges(change, { ...changes, managerId });
      return { created: false, warnings };
    },
    lockWithSuperAdmins,
  );

async function add(
  em: EntityManager,
  actor: Actor,
  externalId: string,
  desired: NewDesiredUser,
): Promise<Applied> {
  const { managerExternalId, ...fields } = desired;
  try {
    return await em.fork().transactional(async (transaction) => {
      const { managerId, warnings } = await managerFor(transaction, externalId, managerExternalId);
      await createUserWithin(transaction, actor, { ...fields, externalId, managerId });
      return { created: true, warnings };
    });
  } catch (error) {
    throw inWords(error);
  }
}

/**
 * The manager with an external id. Their row is held until the end of the transaction, and a completion of
 * theirs that is under way is waited for: whoever is found here is still there when this commits.
 */
async function managerFor(
  em: EntityManager,
  ofExternalId: string,
  managerExternalId: string | null | undefined,
): Promise<{ managerId: number | null | undefined; warnings: Warning[] }> {
  if (managerExternalId == null) return { managerId: managerExternalId, warnings: [] };
  if (managerExternalId === ofExternalId) throw invalidManager('Nobody can be their own manager.');
  const { rows } = await sql<{ id: number; gone: boolean }>`
    select id, offboarding_completed_at is not null as gone from users
    where external_id = ${managerExternalId} for key share`.execute(sqlOf(em));
  const [manager] = rows;
  if (manager === undefined) throw invalidManager('There is no user with this external id.');
  if (!manager.gone) return { managerId: manager.id, warnings: [] };
  return { managerId: null, warnings: [{ field: 'managerExternalId', message: goneManager }] };
}

const goneManager = 'This manager has been offboarded, so no manager was stored.';
const invalidManager = (message: string) => new InvalidInput({ managerExternalId: message });
