import type { Response } from 'express';
import { plural } from '../../domain/wording/plural.ts';
import { TooManyTries } from './sign-in-limits.ts';

/** Refuses an attempt beyond the limits beside a field, unless there is nothing to wait for. Throws TooManyTries. */
export function refuseTooMany(response: Response, wait: number, field: string): void {
  if (wait === 0) return;
  response.set('Retry-After', String(wait));
  throw new TooManyTries({
    [field]: `Too many attempts. Try again in ${plural(Math.ceil(wait / 60), 'minute')}.`,
  });
}
