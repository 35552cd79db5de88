import type { User } from '../../database/entities/index.ts';
import type { UserFields } from '../../database/people/users.ts';
import type { Edit } from '../http/forms/edit-form.ts';
import type { Confirmation } from '../http/pages/confirmation.ts';
import { helpers } from '../http/pages/view-helpers.ts';

/** Whether an edit removes the end date. False when it will be refused: after the completion, and for a stale form. */
export function clearsEndDate(user: User, { changes, seen }: Edit<Partial<UserFields>>): boolean {
  if (!user.endDate || user.offboardingCompletedAt || changes.endDate !== null) return false;
  return seen.endDate === undefined || seen.endDate === user.endDate;
}

/** Asks before an end date is removed by the form of `action`. `status` is the person's status after the edit. */
export const endDateQuestion = (
  { id, name, endDate }: User,
  status: User['status'],
  action: string,
): Confirmation => ({
  title: `Remove ${name}'s end date?`,
  effects: [`Their end date is ${helpers.date(endDate)}.`, ...effectsOf(status)],
  button: 'Remove end date',
  action,
  back: { label: 'Keep end date', address: `/users/${id}` },
});

const effectsOf = (status: User['status']): string[] =>
  status === 'offboarded'
    ? ["They're marked offboarded, so their offboarding stays open."]
    : ['Removing it cancels their offboarding and stops reminders.', notGivenBack];

/** What cancelling an offboarding does not undo. */
export const notGivenBack = 'Recovered devices and revoked seats are not given back.';
