import { cleanEmail, emailPattern, longestEmail } from '../email.ts';
import { InvalidInput } from '../failures.ts';
import { type Cleaned, cleanText, type TextKind } from '../text.ts';
import type { AccountAttributes, AccountContact, AccountName } from './account.ts';

/** The most characters of a text, and of a text that names the person, their job or another account. */
const longest = { text: 200, fact: 100, identifier: 255 };

/** The most addresses and phone numbers of one person. */
const mostContacts = 20;

/**
 * Attributes as they are stored: texts are cleaned like everywhere, and an empty text is none. Throws InvalidInput, by the
 * name of the attribute, for one that cannot be stored. Cleaning cleaned attributes changes nothing.
 */
export function cleanAccount(sent: AccountAttributes): AccountAttributes {
  const problems: Record<string, string> = {};
  const text = (path: string, value: string | null, max = longest.text, kind: TextKind = 'line') => {
    const read = limited(cleanText(value ?? '', kind), max);
    if ('text' in read) return read.text || null;
    problems[path] = `${path}: ${read.problem}`;
    return null;
  };
  const contacts = (path: string, list: AccountContact[]) => {
    if (list.length > mostContacts) problems[path] = `${path}: Send at most ${mostContacts}.`;
    return list.slice(0, mostContacts).flatMap((contact): AccountContact[] => {
      const value = text(path, contact.value, longestEmail, 'identifier');
      const display = text(path, contact.display);
      return value === null
        ? []
        : [{ value, type: text(path, contact.type), primary: contact.primary, display }];
    });
  };
  const cleaned: AccountAttributes = {
    userName: text('userName', sent.userName, longest.identifier, 'identifier') ?? '',
    externalId: text('externalId', sent.externalId, longest.identifier, 'identifier'),
    active: sent.active,
    displayName: text('displayName', sent.displayName),
    nickName: text('nickName', sent.nickName),
    title: text('title', sent.title, longest.fact),
    userType: text('userType', sent.userType),
    preferredLanguage: text('preferredLanguage', sent.preferredLanguage),
    locale: text('locale', sent.locale),
    timezone: text('timezone', sent.timezone),
    name: cleanName(sent.name, text),
    emails: contacts('emails', sent.emails).map((email) => ({ ...email, value: address(email.value) })),
    phoneNumbers: contacts('phoneNumbers', sent.phoneNumbers),
    employeeNumber: text('employeeNumber', sent.employeeNumber, longest.fact, 'identifier'),
    costCenter: text('costCenter', sent.costCenter),
    organization: text('organization', sent.organization),
    division: text('division', sent.division),
    department: text('department', sent.department, longest.fact),
    manager: text('manager', sent.manager, longest.identifier, 'identifier'),
  };
  if (cleaned.userName === '') problems.userName ??= 'userName: Send a userName.';
  if (!cleaned.emails.every(({ value }) => isAddress(value)))
    problems.emails ??= 'emails: Expected an email such as name@example.com.';
  if (Object.keys(problems).length > 0) throw new InvalidInput(problems);
  return cleaned;
}

/** Whether a text is an address that a person can have. */
export const isAddress = (text: string): boolean => emailPattern.test(text) && text.length <= longestEmail;

type CleanOne = (path: string, value: string | null) => string | null;

const cleanName = (name: AccountName, text: CleanOne): AccountName => ({
  formatted: text('name.formatted', name.formatted),
  givenName: text('name.givenName', name.givenName),
  familyName: text('name.familyName', name.familyName),
  middleName: text('name.middleName', name.middleName),
  honorificPrefix: text('name.honorificPrefix', name.honorificPrefix),
  honorificSuffix: text('name.honorificSuffix', name.honorificSuffix),
});

/** The address without `mailto:` and `<…>` around it. */
function address(value: string): string {
  const read = cleanEmail(value);
  return 'text' in read ? read.text : value;
}

const limited = (read: Cleaned, max: number): Cleaned =>
  'text' in read && [...read.text].length > max ? { problem: `Use at most ${max} characters.` } : read;
