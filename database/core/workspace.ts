import { type CalendarDate, todayIn } from '../../domain/dates.ts';
import { Workspace } from '../entities/index.ts';
import type { EntityManager } from './orm.ts';

/** The company's settings. */
export const workspaceOf = (em: EntityManager): Promise<Workspace> => em.findOneOrFail(Workspace, { id: 1 });

/** A person's own time zone, or else the company's. */
export const zoneOf = (user: { timeZone?: string | null }, workspace: Pick<Workspace, 'timeZone'>): string =>
  user.timeZone ?? workspace.timeZone;

/** Today in a person's time zone. */
export const todayOf = (
  user: { timeZone?: string | null },
  workspace: Pick<Workspace, 'timeZone'>,
  now: Date,
): CalendarDate => todayIn(zoneOf(user, workspace), now);
