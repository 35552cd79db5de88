import { userActor } from '../../domain/actor.ts';
import type { ChosenMailKind } from '../../domain/mail/mails.ts';
import { changeAbout } from '../core/change.ts';
import type { Change } from '../core/change-types.ts';
import type { EntityManager } from '../core/orm.ts';
import { User } from '../entities/index.ts';

/** The kinds of mail that a user does not want. */
export async function mailPreferencesOf(em: EntityManager, userId: number): Promise<ChosenMailKind[]> {
  const { noMailAbout } = await em.fork().findOneOrFail(User, { id: userId }, { fields: ['noMailAbout'] });
  return noMailAbout;
}

/** Replaces the kinds of mail that a user does not want. */
export const updateMailPreferences = (
  em: EntityManager,
  userId: number,
  unwanted: readonly ChosenMailKind[],
): Promise<void> => changeAbout(em, userId, userActor(userId), async (change) => choose(change, unwanted));

/** Adds a kind to those a user does not want. Idempotent. */
export const unsubscribe = (em: EntityManager, userId: number, kind: ChosenMailKind): Promise<void> =>
  changeAbout(em, userId, userActor(userId), async (change) => {
    choose(change, [...new Set([...change.user.noMailAbout, kind])]);
  });

function choose(change: Change, unwanted: readonly ChosenMailKind[]) {
  const before = [...change.user.noMailAbout].sort();
  const after = [...unwanted].sort();
  if (String(before) === String(after)) return;
  change.user.noMailAbout = after;
  change.record('user.mails_chosen', { unwanted: after.join(', ') || 'none' });
}
