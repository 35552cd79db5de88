import { parseFilter } from '../filter/parse-filter.ts';
import { badRequest } from '../http/scim-error.ts';
import {
  type Attribute,
  attributeNamed,
  commonAttributes,
  type ResourceType,
  type Schema,
} from '../schemas/attribute.ts';
import { readSimple } from './value.ts';

/** What a path names: an attribute, or a part of it, of the values that fulfil the conditions; or a whole schema. */
export type Target =
  | {
      kind: 'attribute';
      /** The extension that has it; undefined for the core schema and the common attributes. */
      extension: Schema | undefined;
      attribute: Attribute;
      conditions: Condition[];
      part: Attribute | undefined;
    }
  | { kind: 'schema'; extension: Schema | undefined };

/** Which of the values of an attribute a path means. */
export interface Condition {
  part: Attribute;
  value: string | boolean;
}

const shape = /^(?<name>[a-z$][\w$-]*)(?:\[(?<filter>.*)\])?(?:\.(?<part>[a-z$][\w$-]*))?$/is;

/**
 * Reads a path (RFC 7644, section 3.5.2) in any case. Null for an attribute that no schema has here, which is ignored.
 * Throws a 400 `invalidPath` or `invalidFilter` for a path that is wrong in any schema.
 */
export function readPath(type: ResourceType, path: string): Target | null {
  const { extension, isKnown, rest } = schemaOf(type, path.trim());
  if (rest === '') return isKnown ? { kind: 'schema', extension } : null;
  const { name, filter, part: partName } = shape.exec(rest)?.groups ?? {};
  if (name === undefined) throw invalid(path);
  const found = isKnown ? find(type, extension, name) : null;
  if (found === null) return null;
  const { attribute } = found;
  if ((filter !== undefined && !attribute.multiValued) || (partName && !attribute.subAttributes)) {
    throw invalid(path);
  }
  const part = attributeNamed(attribute.subAttributes, partName ?? '');
  if (partName !== undefined && part === undefined) return null;
  return {
    ...found,
    kind: 'attribute',
    conditions: filter === undefined ? [] : conditionsOf(attribute, filter),
    part,
  };
}

/** The schema before the attribute. A path without one can mean any, because many directories leave it out. */
function schemaOf({ core, extensions }: ResourceType, path: string) {
  for (const schema of [...extensions, core]) {
    const [start, end] = [path.slice(0, schema.id.length), path.slice(schema.id.length)];
    if (start.toLowerCase() === schema.id.toLowerCase() && /^(?:[:.]\S|$)/.test(end))
      return { extension: schema === core ? undefined : schema, isKnown: true, rest: end.slice(1) };
  }
  // A name has no colon, so the path names a schema that is not supported.
  return /^urn:/i.test(path)
    ? { extension: undefined, isKnown: false, rest: '' }
    : { extension: undefined, isKnown: true, rest: path };
}

function find({ core, extensions }: ResourceType, extension: Schema | undefined, name: string) {
  if (extension !== undefined) {
    const attribute = attributeNamed(extension.attributes, name);
    return attribute === undefined ? null : { attribute, extension };
  }
  const attribute = attributeNamed([...core.attributes, ...commonAttributes], name);
  if (attribute !== undefined) return { attribute, extension: undefined };
  const other = extensions.find(({ attributes }) => attributeNamed(attributes, name) !== undefined);
  return other === undefined
    ? null
    : { attribute: attributeNamed(other.attributes, name)!, extension: other };
}

function conditionsOf({ subAttributes }: Attribute, filter: string): Condition[] {
  return parseFilter(filter).map((comparison) => {
    const part = attributeNamed(subAttributes, comparison.path);
    const value = part && 'value' in comparison ? readSimple(part, comparison.value) : undefined;
    if (part === undefined || value === undefined)
      throw badRequest('invalidFilter', `This filter isn't supported: ${filter}`);
    return { part, value };
  });
}

const invalid = (path: string) => badRequest('invalidPath', `This path can't be read: ${path.slice(0, 200)}`);
