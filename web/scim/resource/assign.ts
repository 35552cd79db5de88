import { badRequest } from '../http/scim-error.ts';
import type { Attribute } from '../schemas/attribute.ts';
import { type AttributeTarget, changedMany, type Verb } from './many.ts';
import { type Complex, isEmpty, merged, type Resource, readParts, readSimple, type Value } from './value.ts';

/**
 * The resource after one attribute was set or removed (RFC 7644, sections 3.5.2.1 to 3.5.2.3). An empty value removes.
 * Throws a 400 `invalidValue`, and `mutability` when a required attribute would go.
 */
export function assign(resource: Resource, verb: Verb, target: AttributeTarget, sent: unknown): Resource {
  const { extension, attribute } = target;
  if (extension !== undefined) {
    const before = (resource[extension.id] ?? {}) as Resource;
    const after = assign(before, verb, { ...target, extension: undefined }, sent);
    return withValue(resource, extension.id, after);
  }
  const after = changed(resource[attribute.name] as Value | undefined, verb, target, sent);
  if (attribute.required && after === undefined) throw isRequired(attribute, verb);
  return withValue(resource, attribute.name, after);
}

function changed(before: Value | undefined, verb: Verb, target: AttributeTarget, sent: unknown) {
  const { attribute, part } = target;
  if (attribute.multiValued) return changedMany((before ?? []) as readonly Complex[], verb, target, sent);
  if (part !== undefined) {
    const value = verb === 'remove' ? undefined : readSimple(part, sent);
    return merged(before as Complex | undefined, { [part.name]: value });
  }
  if (verb === 'remove' || isEmpty(sent)) return undefined;
  // What a complex value does not name stays, in a replace too.
  return attribute.type === 'complex'
    ? merged(before as Complex | undefined, readParts(attribute, sent))
    : readSimple(attribute, sent);
}

function isRequired({ name, type }: Attribute, verb: Verb) {
  if (verb === 'remove') return badRequest('mutability', `${name} can't be removed.`);
  const detail = type === 'boolean' ? `${name} is neither true nor false.` : `${name} is empty.`;
  return badRequest('invalidValue', detail);
}

/** An empty list or object is the same as none. */
function withValue(resource: Resource, name: string, value: Resource[string] | undefined): Resource {
  const { [name]: _before, ...rest } = resource;
  const isNothing = value === undefined || (typeof value === 'object' && Object.keys(value).length === 0);
  return isNothing ? rest : { ...rest, [name]: value };
}
