import { type Attribute, type ResourceType, type Schema, text } from './attribute.ts';

/** The most addresses or numbers of one person. */
const mostContacts = 20;

const contacts = (name: string, what: string, types: readonly string[]): Attribute => ({
  name,
  type: 'complex',
  multiValued: true,
  most: mostContacts,
  description: `The person's ${what}.`,
  subAttributes: [
    text('value', `One of the ${what}.`),
    text('display', 'How it is shown. Stored and returned, but not used.'),
    text('type', 'What it is used for.', { canonicalValues: types }),
    { name: 'primary', type: 'boolean', description: 'Whether it is the preferred one. At most one can be.' },
  ],
});

const core: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:User',
  name: 'User',
  description: 'A person',
  attributes: [
    text('userName', "What the person signs in with at the directory. It doesn't have to be an email.", {
      required: true,
      uniqueness: 'server',
    }),
    {
      name: 'name',
      type: 'complex',
      description: "The parts of the person's name.",
      subAttributes: [
        text('formatted', 'The full name.'),
        text('familyName', 'The family name.'),
        text('givenName', 'The given name.'),
        text('middleName', 'The middle name.'),
        text('honorificPrefix', 'A title before the name.'),
        text('honorificSuffix', 'A suffix after the name.'),
      ],
    },
    text('displayName', 'The name to show.'),
    text('nickName', 'What people call them. Stored and returned, but not used.'),
    text('title', 'The job title.'),
    text('userType', 'Their relation to the company. Stored and returned, but not used.'),
    text('preferredLanguage', 'Stored and returned, but not used.'),
    text('locale', 'Stored and returned, but not used.'),
    text('timezone', 'The time zone, such as Europe/Berlin.'),
    {
      name: 'active',
      type: 'boolean',
      required: true,
      description:
        "Whether the person has access. A new person is active unless this is false. It can't be removed.",
    },
    contacts('emails', 'emails', ['work', 'home', 'other']),
    contacts('phoneNumbers', 'phone numbers', ['work', 'home', 'mobile', 'fax', 'pager', 'other']),
    {
      name: 'groups',
      type: 'complex',
      multiValued: true,
      mutability: 'readOnly',
      description: 'The groups the person is in. To change them, change the group.',
      subAttributes: [
        text('value', "The group's ID.", { mutability: 'readOnly' }),
        {
          name: '$ref',
          type: 'reference',
          mutability: 'readOnly',
          referenceTypes: ['Group'],
          description: "The group's URL.",
        },
        text('display', "The group's name.", { mutability: 'readOnly' }),
        text('type', 'How the person belongs to the group.', {
          mutability: 'readOnly',
          canonicalValues: ['direct'],
        }),
      ],
    },
  ],
};

/** What a company says of an employee (RFC 7643, section 4.3). */
export const enterprise: Schema = {
  id: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  name: 'EnterpriseUser',
  description: 'An employee',
  attributes: [
    text(
      'employeeNumber',
      "The person's ID in the HR system. It identifies a person whom the HR system already sent.",
    ),
    text('costCenter', 'Stored and returned, but not used.'),
    text('organization', 'Stored and returned, but not used.'),
    text('division', 'Stored and returned, but not used.'),
    text('department', 'The department.'),
    {
      name: 'manager',
      type: 'complex',
      description: 'The manager.',
      subAttributes: [
        text('value', "The manager's id, externalId, userName or employeeNumber."),
        {
          name: '$ref',
          type: 'reference',
          referenceTypes: ['User'],
          description: "The manager's URL.",
        },
      ],
    },
  ],
};

export const userType: ResourceType = {
  name: 'User',
  endpoint: '/Users',
  description: 'A person',
  core,
  extensions: [enterprise],
};
