import type { Database } from '../../../database/core/orm.ts';
import { AuditEntry, Outbox, User } from '../../../database/entities/index.ts';

/** The trail of a person, the oldest entry first. */
export const entriesAbout = ({ em }: Database, userId: number) =>
  em.fork().find(AuditEntry, { userId }, { orderBy: { id: 'asc' } });

export const revisionOf = async ({ em }: Database, userId: number) =>
  (await em.fork().findOneOrFail(User, { id: userId })).revision;

/** What the engine is told last of a person. */
export const lastMessage = async ({ em }: Database, userId: number) =>
  (await em.fork().find(Outbox, { userId }, { orderBy: { id: 'desc' }, limit: 1 }))[0];
