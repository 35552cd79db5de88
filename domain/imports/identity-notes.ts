import { type FormerOwner, hadAddress, hasThisName, type Namesake } from '../wording/identity-notes.ts';
import type { Changes, Remark } from './evaluation.ts';

interface Suspicion {
  /** Null when the line is about somebody new. */
  user: object | null;
  namesake?: Namesake | null;
  formerOwner?: FormerOwner | null;
}

/**
 * Notes for a line that may be about someone who is known already: somebody new has the name of an active person, or
 * the address of someone who has left. The name comes first, because an end date would then go to the wrong record.
 */
export function identityNotes({ user, namesake, formerOwner }: Suspicion, changes: Changes): Remark[] {
  const notes: Remark[] = [];
  if (user === null && namesake) notes.push({ field: 'name', message: hasThisName(namesake) });
  if ('email' in changes && formerOwner) notes.push({ field: 'email', message: hadAddress(formerOwner) });
  return notes;
}
