import { badRequest } from '../http/scim-error.ts';
import type { ResourceType } from '../schemas/attribute.ts';
import { assign } from './assign.ts';
import type { AttributeTarget, Verb } from './many.ts';
import { readPath, type Target } from './path.ts';
import { isEmpty, isObject, type Resource } from './value.ts';

/** One operation of a PATCH (RFC 7644, section 3.5.2). */
export interface Operation {
  op: Verb;
  path?: string | undefined;
  value?: unknown;
}

/** An operation on one attribute. */
export interface Step {
  op: Verb;
  target: AttributeTarget;
  value: unknown;
}

/** The resource after all steps, in their order. Throws a 400 for the first that is wrong. */
export const applySteps = (resource: Resource, steps: readonly Step[]): Resource =>
  steps.reduce((current, { op, target, value }) => assign(current, op, target, value), resource);

/** Reads the body of a POST or PUT. Unknown attributes and those of the server are ignored. */
export function readResource(type: ResourceType, body: unknown): Resource {
  if (!isObject(body)) throw noObject();
  const steps = stepsOfObject(type, 'add', body);
  return applySteps(
    {},
    steps.filter(({ value }) => !isEmpty(value)),
  );
}

/**
 * The steps of an operation: one for its path, or one for each attribute of its value, whose names can be paths
 * themselves. Throws a 400 `noTarget` for a removal of nothing, and `mutability` for an attribute of the server.
 */
export function stepsOf(type: ResourceType, { op, path = '', value }: Operation): Step[] {
  if (path === '') {
    if (op === 'remove') throw badRequest('noTarget', 'Remove needs a path.');
    if (!isObject(value)) throw noObject();
    return stepsOfObject(type, op, value);
  }
  const target = readPath(type, path);
  if (target?.kind === 'schema') return stepsOfSchema(type, op, target, value);
  if (target !== null && isOfServer(target)) {
    throw badRequest('mutability', `${target.attribute.name} can't be changed.`);
  }
  return target === null ? [] : [{ op, target, value }];
}

/** Okta repeats the id of a group, and clients send back what they have read, so the server's attributes are ignored. */
const stepsOfObject = (type: ResourceType, op: Verb, object: object, prefix = ''): Step[] =>
  Object.entries(object).flatMap(([name, value]): Step[] => {
    const target = targetOf(type, prefix + name);
    if (target === null || isEmptyObject(target, value)) return [];
    if (target.kind === 'schema') return stepsOfSchema(type, op, target, value);
    return isOfServer(target) ? [] : [{ op, target, value }];
  });

/** The steps of a path that is a schema: one for each attribute of the object, or the removal of all. */
function stepsOfSchema(
  type: ResourceType,
  op: Verb,
  { extension }: Extract<Target, { kind: 'schema' }>,
  value: unknown,
): Step[] {
  const { id, attributes } = extension ?? type.core;
  if (op === 'remove') return attributes.flatMap(({ name }) => stepsOf(type, { op, path: `${id}:${name}` }));
  if (!isObject(value)) throw noObject();
  return stepsOfObject(type, op, value, `${id}:`);
}

const isEmptyObject = (target: Target, value: unknown) => target.kind === 'schema' && isEmpty(value);

/** A name of an object that is no path is an unknown attribute, unless it has a filter. */
function targetOf(type: ResourceType, name: string): Target | null {
  try {
    return readPath(type, name);
  } catch (error) {
    if (name.includes('[')) throw error;
    return null;
  }
}

const isOfServer = ({ attribute, part }: AttributeTarget): boolean =>
  attribute.mutability === 'readOnly' || part?.mutability === 'readOnly';

const noObject = () => badRequest('invalidSyntax', 'Expected an object with attributes.');
