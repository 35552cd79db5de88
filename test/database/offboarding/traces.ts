import type { Database } from '../../../database/core/orm.ts';
import { AuditEntry, Outbox, User } from '../../../database/entities/index.ts';

/** The audit entries about a person, oldest first. */
export const entriesAbout = ({ em }: Database, userId: number) =>
  em.fork().find(AuditEntry, { userId }, { orderBy: { id: 'asc' } });

export const revisionOf = async ({ em }: Database, userId: number) =>
  (await em.fork().findOneOrFail(User, { id: userId })).revision;

/** The latest outbox row of a person. */
export const lastMessage = async ({ em }: Database, userId: number) =>
  (await em.fork().find(Outbox, { userId }, { orderBy: { id: 'desc' }, limit: 1 }))[0];
