import type { ResourceType } from '../schemas/attribute.ts';
import { readPath, type Target } from './path.ts';

/** Which attributes a response has: only some, or all but some (RFC 7644, section 3.9). */
export interface Projection {
  only: readonly Target[] | null;
  without: readonly Target[];
}

/** Reads the names of attributes. Unknown ones are ignored; `attributes` comes before `excludedAttributes`. */
export function readProjection(
  type: ResourceType,
  attributes: readonly string[] | undefined,
  excluded: readonly string[] | undefined,
): Projection {
  if (attributes !== undefined && attributes.length > 0)
    return { only: targetsOf(type, attributes), without: [] };
  return { only: null, without: targetsOf(type, excluded ?? []) };
}

const targetsOf = (type: ResourceType, names: readonly string[]): Target[] =>
  names.flatMap((name) => readPath(type, name) ?? []);

/** The attributes that every response has. */
const always = new Set(['schemas', 'id']);

/** The resource with the attributes of the projection. */
export function project(
  type: ResourceType,
  resource: Record<string, unknown>,
  projection: Projection,
): Record<string, unknown> {
  const extensions = new Set<string>(type.extensions.map(({ id }) => id));
  const entries = Object.entries(resource).flatMap(([name, value]) => {
    if (always.has(name)) return [[name, value]];
    const kept = extensions.has(name)
      ? insideOf(value as Record<string, unknown>, (inner) => shown(inner, name, projection))
      : shown([name, value], undefined, projection);
    return kept === undefined ? [] : [[name, kept]];
  });
  return Object.fromEntries(entries);
}

function insideOf(extension: Record<string, unknown>, show: (entry: [string, unknown]) => unknown) {
  const entries = Object.entries(extension).map(([name, value]) => [name, show([name, value])]);
  const kept = entries.filter(([, value]) => value !== undefined);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

/** What a response shows of an attribute; undefined for nothing. */
function shown(
  [name, value]: [string, unknown],
  schema: string | undefined,
  { only, without }: Projection,
): unknown {
  const named = (only ?? without).filter((target) => isAbout(target, name, schema));
  if (named.length === 0) return only === null ? value : undefined;
  if (!named.every(hasPart)) return only === null ? undefined : value;
  return withParts(value, (part) => named.some((target) => isPart(target, part)) === (only !== null));
}

/** Whether the response shows some of the attribute of the core schema, so that it must be read. */
export const shows = ({ only, without }: Projection, name: string): boolean =>
  only === null
    ? !without.some((target) => isAbout(target, name, undefined) && !hasPart(target))
    : only.some((target) => isAbout(target, name, undefined));

const isAbout = (target: Target, name: string, schema: string | undefined): boolean =>
  target.extension?.id === schema && (target.kind === 'schema' || target.attribute.name === name);

const hasPart = (target: Target): boolean => target.kind === 'attribute' && target.part !== undefined;

const isPart = (target: Target, part: string): boolean =>
  target.kind === 'attribute' && target.part?.name === part;

function withParts(value: unknown, isKept: (part: string) => boolean): unknown {
  if (Array.isArray(value)) {
    const list = value.map((one) => withParts(one, isKept)).filter((one) => one !== undefined);
    return list.length > 0 ? list : undefined;
  }
  const entries = Object.entries(value as object).filter(([part]) => isKept(part));
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
