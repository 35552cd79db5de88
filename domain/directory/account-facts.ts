import { isTimeZone } from '../dates.ts';
import type { AccountAttributes } from './account.ts';
import { isAddress } from './clean-account.ts';

/** What an account says about the fields of a person. Null says nothing about the name, the address and the zone. */
export interface AccountFacts {
  name: string | null;
  email: string | null;
  jobTitle: string | null;
  department: string | null;
  timeZone: string | null;
}

/** Reads the fields of a person from the attributes of an account. */
export const factsOf = (attributes: AccountAttributes): AccountFacts => ({
  name: nameOf(attributes),
  email: addressOf(attributes),
  jobTitle: attributes.title,
  department: attributes.department,
  timeZone: attributes.timezone !== null && isTimeZone(attributes.timezone) ? attributes.timezone : null,
});

/** The displayed name, else the parts of the name, else the userName. */
export function nameOf({ displayName, name, userName }: AccountAttributes): string {
  const parts = [name.givenName, name.middleName, name.familyName].filter(Boolean).join(' ');
  return [displayName, name.formatted, parts].find((text) => text) ?? userName;
}

/** The address of somebody new: a userName that is an address stands for a missing one. */
export const firstAddressOf = (attributes: AccountAttributes): string | null =>
  addressOf(attributes) ?? (isAddress(attributes.userName) ? attributes.userName : null);

/** The primary address, else the one at work, else the first one. */
function addressOf({ emails }: AccountAttributes): string | null {
  const chosen =
    emails.find(({ primary }) => primary) ??
    emails.find(({ type }) => type?.toLowerCase() === 'work') ??
    emails[0];
  return chosen?.value ?? null;
}
