/** The URN of a schema or a message. */
type Urn = `urn:${string}`;

/** An attribute of a schema (RFC 7643, section 7). What is left out is the default of the RFC. */
export interface Attribute {
  name: string;
  type: 'string' | 'boolean' | 'reference' | 'complex';
  description: string;
  multiValued?: boolean;
  required?: boolean;
  mutability?: 'readOnly' | 'immutable';
  caseExact?: boolean;
  uniqueness?: 'server';
  canonicalValues?: readonly string[];
  referenceTypes?: readonly string[];
  subAttributes?: readonly Attribute[];
  /** The most values of an attribute with many. */
  most?: number;
}

/** A schema with its attributes. */
export interface Schema {
  id: Urn;
  name: string;
  description: string;
  attributes: readonly Attribute[];
}

/** A kind of resource: its core schema and those that extend it. */
export interface ResourceType {
  name: 'User' | 'Group';
  endpoint: '/Users' | '/Groups';
  description: string;
  core: Schema;
  extensions: readonly Schema[];
}

/** The attributes that every resource has and that no schema document lists (RFC 7643, section 3.1). */
export const commonAttributes: readonly Attribute[] = [
  { name: 'schemas', type: 'reference', multiValued: true, mutability: 'readOnly', description: '' },
  { name: 'id', type: 'string', mutability: 'readOnly', caseExact: true, description: '' },
  { name: 'externalId', type: 'string', caseExact: true, description: '' },
  {
    name: 'meta',
    type: 'complex',
    mutability: 'readOnly',
    description: '',
    subAttributes: ['resourceType', 'created', 'lastModified', 'location', 'version'].map((name) => ({
      name,
      type: 'string',
      description: '',
    })),
  },
];

/** A text attribute. */
export const text = (name: string, description: string, more: Partial<Attribute> = {}): Attribute => ({
  name,
  type: 'string',
  description,
  ...more,
});

/** The attribute with this name in any case; undefined when there is none. */
export const attributeNamed = (
  attributes: readonly Attribute[] | undefined,
  name: string,
): Attribute | undefined => attributes?.find((one) => one.name.toLowerCase() === name.toLowerCase());
