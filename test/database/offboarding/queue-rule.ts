import { addDays, type CalendarDate } from '../../../domain/dates.ts';
import type { LookAhead } from '../../../domain/offboarding/queue.ts';
import type { UserStatus } from '../../../domain/user-status.ts';

/** The queue's rule for one person. The tests compare the queue's SQL with it. */

/** The facts that the queue's rule needs. */
export interface QueueCandidate {
  status: UserStatus;
  endDate: CalendarDate | null;
  hardware: number;
}

/** The person leaves within the look-ahead, or should have left, and is not marked offboarded. */
export const leavesSoon = (person: QueueCandidate, today: CalendarDate, lookAhead: LookAhead): boolean =>
  person.status !== 'offboarded' && person.endDate !== null && person.endDate <= addDays(today, lookAhead);

/** The safety net: the person is marked offboarded and still has hardware. */
export const inSafetyNet = (person: QueueCandidate): boolean =>
  person.status === 'offboarded' && person.hardware > 0;

export const belongsInQueue = (person: QueueCandidate, today: CalendarDate, lookAhead: LookAhead): boolean =>
  leavesSoon(person, today, lookAhead) || inSafetyNet(person);

/** Soonest end date first, people without one last, then by id. */
export function queueOrder(
  a: { endDate: CalendarDate | null; id: number },
  b: { endDate: CalendarDate | null; id: number },
): number {
  if (a.endDate === b.endDate) return a.id - b.id;
  if (a.endDate === null) return 1;
  if (b.endDate === null) return -1;
  return a.endDate < b.endDate ? -1 : 1;
}
