import type { PersonAccount } from '../../database/directory/person-account.ts';
import type { ChecklistPage } from '../../database/offboarding/checklist-page.ts';
import { hadAddress } from '../../domain/wording/identity-notes.ts';

/** What the directory's view means for a person, in sentences, the most important first. */
export const accountNotes = (person: ChecklistPage, account: PersonAccount): string[] => [
  accessWords(person, account),
  ...openWords(account),
  ...(account.formerOwner === null ? [] : [hadAddress(account.formerOwner)]),
];

function accessWords(
  { completed, directoryInactive, status }: ChecklistPage,
  account: PersonAccount,
): string {
  if (completed) return 'Their offboarding is completed, so they have no access.';
  if (directoryInactive) return "No access: they can't sign in, and nothing new can be assigned to them.";
  if (status !== 'active') return `No access, because they are ${status} here.`;
  return account.active ? 'They have access.' : 'They still have access.';
}

function openWords({
  isActiveLeaver,
  isEndDateHrs,
  isLeavingByDirectory,
  heldReason,
}: PersonAccount): string[] {
  if (heldReason === 'last-super-admin')
    return ['They are the last super admin. Deactivation waits until someone else is a super admin.'];
  if (heldReason === 'limit') return ['What follows waits, because the directory exceeded its limit.'];
  if (isActiveLeaver) {
    return [
      isEndDateHrs
        ? 'The directory says active, HR has an end date. The offboarding continues.'
        : 'The directory says active, but they have an open offboarding. It continues.',
    ];
  }
  return isLeavingByDirectory
    ? ['The directory started their offboarding. If it says active again, the offboarding is cancelled.']
    : [];
}
