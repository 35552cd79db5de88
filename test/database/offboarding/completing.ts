import type { Database } from '../../../database/core/orm.ts';
import { User } from '../../../database/entities/index.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import type { Cast } from '../../../testing/cast/cast.ts';

/** Completes Lena's offboarding, by default as Ivo. */
export const complete = ({ em }: Database, cast: Cast, by = cast.ivo) =>
  completeOffboarding(em, cast.offboardingId, `user:${by.id}`);

export const userOf = ({ em }: Database, id: number) => em.fork().findOneOrFail(User, { id });
