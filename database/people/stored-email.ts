import { emailToStore } from '../../domain/email.ts';
import { InvalidInput } from '../../domain/failures.ts';

/** The address to store for a person who has `stored`. Throws InvalidInput, as `emailToStore` says. */
export function storedEmail(sent: string, stored: string | null = null): string {
  const read = emailToStore(sent, stored);
  if ('problem' in read) throw new InvalidInput({ email: read.problem });
  return read.text;
}
