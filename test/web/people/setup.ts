import type { Database } from '../../../database/core/orm.ts';
import { Offboarding } from '../../../database/entities/index.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { createUser } from '../../../database/people/users.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import type { TestWeb } from '../../../testing/web/web.ts';

/** A cast whose admin Nora is signed in. */
export async function setUpAdmin(database: Database, web: TestWeb) {
  const cast = await makeCast(database);
  return { cast, nora: await web.signIn(cast.nora.email) };
}
export type Setup = Awaited<ReturnType<typeof setUpAdmin>>;

/** The latest offboarding of a user, or null. */
export const offboardingOf = ({ em }: Database, userId: number) =>
  em.fork().findOne(Offboarding, { userId }, { orderBy: { id: 'desc' } });

/** Adds a user with nothing to return and completes their offboarding. */
export async function createOffboardedUser(database: Database) {
  const id = await createUser(database.em, 'system', {
    name: 'Gone',
    email: `gone${Math.random()}@x.example`,
    endDate: '2026-01-31',
  });
  await completeOffboarding(database.em, (await offboardingOf(database, id))!.id, 'system');
  return id;
}
