import { type CalendarDate, todayIn } from '../../domain/dates.ts';
import { Workspace } from '../entities/index.ts';
import type { EntityManager } from './orm.ts';

/** The company's settings. */
export const workspaceOf = (em: EntityManager): Promise<Workspace> => em.findOneOrFail(Workspace, { id: 1 });

/** The zone that counts for a person: their own, else the company's. */
export const zoneOf = (user: { timeZone?: string | null }, workspace: Pick<Workspace, 'timeZone'>): string =>
  user.timeZone ?? workspace.timeZone;

/** Today where a person is. */
export const todayOf = (
  user: { timeZone?: string | null },
  workspace: Pick<Workspace, 'timeZone'>,
  now = new Date(),
): CalendarDate => todayIn(zoneOf(user, workspace), now);
