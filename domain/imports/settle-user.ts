import { fromHr, type HrField, type Ownership } from '../directory/owned-fields.ts';
import { emailToStore } from '../email.ts';
import { twoFit } from '../wording/references.ts';
import { emailInUse, ownManager } from '../wording/refusals.ts';
import type { Remark } from './evaluation.ts';
import type { UserFacts, UserValues } from './user-facts.ts';

/** The values of a line that can be stored, and a warning for each other one. */
interface Settled {
  values: UserValues;
  warnings: Remark[];
  /** The fields that HR has stated after the line. */
  hrStated: readonly HrField[];
}

const nobodys: Ownership = { inDirectory: false, isLeavingByDirectory: false, hrStated: [], email: null };

/**
 * Leaves out the values that cannot be stored but are no reason to refuse the line: a known person keeps theirs, and
 * nothing is stored for a newcomer. So a mistyped manager costs no end date.
 */
export function settle(facts: UserFacts): Settled {
  const reasons = {
    manager: managerRefusal(facts),
    startDate: startRefusal(facts),
    email: facts.user === null ? null : addressRefusal(facts),
  };
  const owned = fromHr({ ...facts.values, ...cleanedAddress(facts) }, facts.user?.ownership ?? nobodys);
  const { values } = owned;
  const warnings: Remark[] = [...goneManager(facts), ...owned.warnings];
  for (const [field, message] of Object.entries(reasons)) {
    if (message === null || !(field in values)) continue;
    delete values[field as keyof UserValues];
    warnings.push({ field, message });
  }
  return { values, warnings, hrStated: owned.hrStated };
}

/** Whether a second pass sets the manager, because other lines decide whether that makes a loop, or add the manager. */
export function isManagerPending({ user, manager }: UserFacts, values: UserValues): boolean {
  if (!values.manager || manager?.isGone) return false;
  return manager === null || (user !== null && manager.id !== user.managerId);
}

function managerRefusal(facts: UserFacts): string | null {
  const { values, manager, managerIsInFile, closesLoop } = facts;
  if (!values.manager) return null;
  if (manager?.fitsToo) return twoFit(manager.name, manager.fitsToo);
  if (isSelf(facts)) return ownManager;
  if (manager === null && !managerIsInFile) return 'No one has this external ID or email.';
  return closesLoop ? 'This manager would create a reporting loop in this file.' : null;
}

function isSelf({ user, manager, managerIsSelf }: UserFacts): boolean {
  return manager === null ? managerIsSelf === true : manager.id === user?.id;
}

/** The address of a line as it is stored. */
function cleanedAddress({ values, user }: UserFacts): Pick<UserValues, 'email'> {
  if (values.email === undefined) return {};
  const read = emailToStore(values.email, user?.email ?? null);
  return 'text' in read ? { email: read.text } : {};
}

const goneManager = ({ values, manager }: UserFacts): Remark[] =>
  values.manager && manager?.isGone && !manager.fitsToo
    ? [{ field: 'manager', message: managerIsGone(manager.name) }]
    : [];

export const managerIsGone = (name: string) => `${name} is offboarded, so the manager is left empty.`;

/** A start date after the end date of a known person, whose stored start date lies before it. */
function startRefusal({ values, user }: UserFacts): string | null {
  const end = values.endDate === undefined ? (user?.endDate ?? null) : values.endDate;
  if (user === null || !values.startDate || end === null || end >= values.startDate) return null;
  if (user.startDate !== null && end < user.startDate) return null;
  return `The start date is after the end date, ${end}.`;
}

/** Why the address of a line cannot be stored; null when it can. */
export function addressRefusal({
  values,
  user,
  emailOwnerId,
  emailIsFreed,
  addressProblem,
}: UserFacts): string | null {
  if (values.email === undefined) return null;
  const read = emailToStore(values.email, user?.email ?? null);
  if ('problem' in read) return read.problem;
  if (user !== null && emailOwnerId === user.id) return null;
  if (addressProblem) return addressProblem;
  // HR goes on sending the address of someone who has left, and somebody else may have it now.
  return emailOwnerId === null || emailIsFreed || user?.isGone ? null : emailInUse;
}
