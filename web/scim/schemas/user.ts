import { type Attribute, type ResourceType, type Schema, text } from './attribute.ts';

/** The most addresses or numbers of one person. */
const mostContacts = 20;

const contacts = (name: string, what: string, types: readonly string[]): Attribute => ({
  name,
  type: 'complex',
  multiValued: true,
  most: mostContacts,
  description: `The ${what} of the person.`,
  subAttributes: [
    text('value', `One of the ${what}.`),
    text('display', 'How it is shown. It is kept and sent back.'),
    text('type', 'What it is used for.', { canonicalValues: types }),
    { name: 'primary', type: 'boolean', description: 'Whether it is the preferred one. At most one is.' },
  ],
});

const core: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:User',
  name: 'User',
  description: 'A person',
  attributes: [
    text('userName', 'What the person signs in with at the directory. It need not be an address.', {
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
        text('honorificSuffix', 'What follows the name.'),
      ],
    },
    text('displayName', 'The name to show.'),
    text('nickName', 'What people call them. It is kept and sent back.'),
    text('title', 'The job title.'),
    text('userType', 'How they belong to the company. It is kept and sent back.'),
    text('preferredLanguage', 'It is kept and sent back.'),
    text('locale', 'It is kept and sent back.'),
    text('timezone', 'The time zone, such as Europe/Berlin.'),
    {
      name: 'active',
      type: 'boolean',
      required: true,
      description: "Whether the person has access. A new person without it is active. It can't be removed.",
    },
    contacts('emails', 'addresses', ['work', 'home', 'other']),
    contacts('phoneNumbers', 'phone numbers', ['work', 'home', 'mobile', 'fax', 'pager', 'other']),
    {
      name: 'groups',
      type: 'complex',
      multiValued: true,
      mutability: 'readOnly',
      description: 'The groups that the person is a member of. Change the group instead.',
      subAttributes: [
        text('value', 'The id of the group.', { mutability: 'readOnly' }),
        {
          name: '$ref',
          type: 'reference',
          mutability: 'readOnly',
          referenceTypes: ['Group'],
          description: 'The address of the group.',
        },
        text('display', 'The name of the group.', { mutability: 'readOnly' }),
        text('type', 'How the person is a member.', { mutability: 'readOnly', canonicalValues: ['direct'] }),
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
    text('employeeNumber', "The HR system's id of the person. It finds the person whom HR has sent."),
    text('costCenter', 'It is kept and sent back.'),
    text('organization', 'It is kept and sent back.'),
    text('division', 'It is kept and sent back.'),
    text('department', 'The department.'),
    {
      name: 'manager',
      type: 'complex',
      description: 'The manager.',
      subAttributes: [
        text('value', 'The id, externalId, userName or employeeNumber of the manager.'),
        {
          name: '$ref',
          type: 'reference',
          referenceTypes: ['User'],
          description: 'The address of the manager.',
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
