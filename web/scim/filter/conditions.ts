import type { AccountCondition, GroupCondition } from '../../../domain/directory/conditions.ts';
import { cleanEmail } from '../../../domain/email.ts';
import { type Cleaned, cleanText } from '../../../domain/text.ts';
import { badRequest } from '../http/scim-error.ts';
import type { ResourceType } from '../schemas/attribute.ts';
import { groupType } from '../schemas/group.ts';
import { userType } from '../schemas/user.ts';
import { type Comparison, parseFilter } from './parse-filter.ts';

/** Reads a filter of people. Throws a 400 `invalidFilter` for one that no index finds. */
export const accountConditions = (filter: string): AccountCondition[] =>
  parseFilter(filter).map((comparison) => {
    const path = nameOf(userType, comparison);
    if ('within' in comparison) return emailWith(path, comparison.within);
    const { value } = comparison;
    if (path === 'active') return { attribute: 'active', value: booleanIn(path, value) };
    if (path === 'emails' || path === 'emails.value')
      return { attribute: 'email', value: textIn(path, value, cleanEmail), type: null };
    const attribute = (['id', 'userName', 'externalId'] as const).find((name) => name.toLowerCase() === path);
    if (attribute === undefined) throw unsupported(comparison.path);
    return { attribute, value: textIn(path, value) };
  });

/** Reads a filter of groups. Throws a 400 `invalidFilter` for one that no index finds. */
export const groupConditions = (filter: string): GroupCondition[] =>
  parseFilter(filter).map((comparison) => {
    const path = nameOf(groupType, comparison);
    if ('within' in comparison) return memberWith(path, comparison.within);
    const value = textIn(comparison.path, comparison.value, path === 'displayname' ? asLine : asIdentifier);
    if (path === 'members' || path === 'members.value') return { attribute: 'member', value };
    const attribute = groupTexts.find((name) => name.toLowerCase() === path);
    if (attribute === undefined) throw unsupported(comparison.path);
    return { attribute, value };
  });

const groupTexts = ['id', 'displayName', 'externalId'] as const;

function memberWith(path: string, within: readonly Comparison[]): GroupCondition {
  const [only, ...more] = within;
  if (path !== 'members' || only?.path.toLowerCase() !== 'value' || more.length > 0) throw unsupported(path);
  return { attribute: 'member', value: textOf(only) };
}

/** The path in lower case, without the URN of the core schema. */
function nameOf({ core }: ResourceType, { path }: Comparison): string {
  const [name, prefix] = [path.toLowerCase(), `${core.id.toLowerCase()}:`];
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** An address in brackets, with or without its type. */
function emailWith(path: string, within: readonly Comparison[]): AccountCondition {
  const parts = new Map(within.map((part) => [part.path.toLowerCase(), part]));
  const [value, type] = [parts.get('value'), parts.get('type')];
  const isKnown = [...parts.keys()].every((part) => part === 'value' || part === 'type');
  if (path !== 'emails' || value === undefined || !isKnown || parts.size < within.length)
    throw unsupported(path);
  return {
    attribute: 'email',
    value: textOf(value, cleanEmail),
    type: type === undefined ? null : textOf(type, asLine),
  };
}

const textOf = (comparison: Comparison, clean = asIdentifier): string => {
  if ('within' in comparison) throw unsupported(comparison.path);
  return textIn(comparison.path, comparison.value, clean);
};

const asIdentifier = (typed: string): Cleaned => cleanText(typed, 'identifier');
const asLine = (typed: string): Cleaned => cleanText(typed, 'line');

/** The text as it is stored, because directories look for what they sent. No attribute has a text that can't be stored. */
function textIn(path: string, value: unknown, clean = asIdentifier): string {
  if (typeof value !== 'string')
    throw badRequest('invalidFilter', `${path} is compared with a text in quotes.`);
  const read = clean(value);
  if ('problem' in read) throw badRequest('invalidFilter', `${path.slice(0, 100)}: ${read.problem}`);
  return read.text;
}

function booleanIn(path: string, value: unknown): boolean {
  if (/^(?:true|false)$/i.test(String(value))) return String(value).toLowerCase() === 'true';
  throw badRequest('invalidFilter', `${path} is compared with true or false.`);
}

const unsupported = (path: string) =>
  badRequest('invalidFilter', `Lists can't be filtered by ${path.slice(0, 100)}.`);
