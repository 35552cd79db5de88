import { may } from '../../../domain/access/permissions.ts';
import { userActor } from '../../../domain/actor.ts';
import { NotFound, Refusal } from '../../../domain/failures.ts';
import { changeAbout } from '../../core/change.ts';
import type { EntityManager } from '../../core/orm.ts';
import { LeaverNote, User } from '../../entities/index.ts';

/** Adds a note about a person and returns its id. Throws a Refusal for an erased person, and NotFound. */
export const addNote = (em: EntityManager, authorId: number, userId: number, text: string): Promise<number> =>
  changeAbout(em, userId, userActor(authorId), async (change) => {
    if (change.user.erasedAt) {
      throw new Refusal('erased', "This person's data was erased, so notes can't be added.");
    }
    const note = change.em.create(LeaverNote, { userId, authorId, text });
    await change.em.flush();
    change.record('note.added', { noteId: note.id });
    return note.id;
  });

/**
 * Removes a note. Its author and super-admins may. Returns false when it is removed already. Throws a Refusal for another
 * admin.
 */
export const removeNote = (
  em: EntityManager,
  actorId: number,
  userId: number,
  noteId: number,
): Promise<boolean> =>
  changeAbout(em, userId, userActor(actorId), async (change) => {
    const note = await change.em.findOne(LeaverNote, { id: noteId });
    if (note === null) return false;
    if (note.userId !== userId) throw new NotFound('note');
    const { role } = await change.em.findOneOrFail(User, { id: actorId });
    if (note.authorId !== actorId && !may(role, 'manage-access')) {
      throw new Refusal('not-author', "Only a note's author or a super admin can remove it.");
    }
    change.em.remove(note);
    change.record('note.removed', { noteId });
    return true;
  });
