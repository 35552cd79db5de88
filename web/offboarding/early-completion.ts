import type { ChecklistPage } from '../../database/offboarding/checklist-page.ts';
import { daysBetween, todayIn } from '../../domain/dates.ts';
import { dueWords } from '../../domain/offboarding/queue.ts';

/** Warns that a completion now takes the access away before the last day, in the leaver's own zone. Null from that day on. */
export function earlyCompletionWarning(
  { name, endDate, zone }: Pick<ChecklistPage, 'name' | 'endDate' | 'zone'>,
  now: Date,
): string | null {
  const today = todayIn(zone, now);
  if (endDate === null || daysBetween(today, endDate) <= 0) return null;
  return `${name}'s last day is ${dueWords(endDate, today)}. They'll lose access today.`;
}
