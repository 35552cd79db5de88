import type { AccountAttributes, AccountContact, AccountName } from '../../../domain/directory/account.ts';
import { badRequest } from '../http/scim-error.ts';
import type { Complex, Resource, Value } from '../resource/value.ts';
import { enterprise } from '../schemas/user.ts';

/** The attributes in the form of a SCIM resource, without those that are empty. */
export function resourceOf(attributes: AccountAttributes): Resource {
  const { name, emails, phoneNumbers, manager } = attributes;
  const extension = filled({ ...texts(attributes, extensionTexts), manager: filled({ value: manager }) });
  return filled({
    userName: attributes.userName,
    ...texts(attributes, coreTexts),
    name: filled({ ...name }),
    active: attributes.active,
    emails: emails.map((one) => filled({ ...one })),
    phoneNumbers: phoneNumbers.map((one) => filled({ ...one })),
    [enterprise.id]: extension,
  });
}

/** The attributes that a resource says. Throws a 400 `invalidValue` without a userName. */
export function attributesOf(resource: Resource): AccountAttributes {
  const extension = (resource[enterprise.id] ?? {}) as Resource;
  const userName = textAt(resource, 'userName');
  if (userName === null) throw badRequest('invalidValue', 'userName is missing.');
  return {
    userName,
    active: resource.active !== false,
    ...(pick(resource, coreTexts) as Pick<AccountAttributes, (typeof coreTexts)[number]>),
    name: pick((resource.name ?? {}) as Resource, nameTexts) as Record<keyof AccountName, string | null>,
    emails: contactsOf(resource.emails),
    phoneNumbers: contactsOf(resource.phoneNumbers),
    ...(pick(extension, extensionTexts) as Pick<AccountAttributes, (typeof extensionTexts)[number]>),
    manager: textAt((extension.manager ?? {}) as Resource, 'value'),
  };
}

const coreTexts = [
  'externalId',
  'displayName',
  'nickName',
  'title',
  'userType',
  'preferredLanguage',
  'locale',
  'timezone',
] as const;

const extensionTexts = ['employeeNumber', 'costCenter', 'organization', 'division', 'department'] as const;

const nameTexts = [
  'formatted',
  'familyName',
  'givenName',
  'middleName',
  'honorificPrefix',
  'honorificSuffix',
] as const;

/** The object without what is null or empty. */
function filled<T extends Value | Resource>(object: Record<string, T | null>): Record<string, T> {
  const entries = Object.entries(object).filter(([, value]) => value !== null && !isNothing(value));
  return Object.fromEntries(entries) as Record<string, T>;
}

const isNothing = (value: unknown) => typeof value === 'object' && Object.keys(value as object).length === 0;

/** A value without its text was taken away in parts. Of two that are the same, the later one holds. */
function contactsOf(sent: Resource[string] | undefined): AccountContact[] {
  const contacts = ((sent ?? []) as readonly Complex[]).map((one) => ({
    value: textAt(one, 'value') ?? '',
    type: textAt(one, 'type'),
    primary: one.primary === true,
    display: textAt(one, 'display'),
  }));
  const named = contacts.filter(({ value }) => value !== '');
  const key = ({ value, type }: AccountContact) => JSON.stringify([value.toLowerCase(), type?.toLowerCase()]);
  return [...new Map(named.map((one) => [key(one), one])).values()];
}

const textAt = (resource: Resource, name: string): string | null => {
  const value = resource[name];
  return typeof value === 'string' && value !== '' ? value : null;
};

const pick = (resource: Resource, names: readonly string[]): Record<string, string | null> =>
  Object.fromEntries(names.map((name) => [name, textAt(resource, name)]));

const texts = (attributes: AccountAttributes, names: readonly (keyof AccountAttributes)[]) =>
  Object.fromEntries(names.map((name) => [name, attributes[name]]));
