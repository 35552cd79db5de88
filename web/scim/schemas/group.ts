import { type ResourceType, text } from './attribute.ts';

/** The most members that one call may name. */
const mostMembers = 20_000;

export const groupType: ResourceType = {
  name: 'Group',
  endpoint: '/Groups',
  description: 'A group of people',
  core: {
    id: 'urn:ietf:params:scim:schemas:core:2.0:Group',
    name: 'Group',
    description: 'A group of people',
    attributes: [
      text('displayName', "The group's name.", { required: true }),
      {
        name: 'members',
        type: 'complex',
        multiValued: true,
        most: mostMembers,
        description: 'The people in the group.',
        subAttributes: [
          text('value', "The person's ID.", { mutability: 'immutable' }),
          {
            name: '$ref',
            type: 'reference',
            mutability: 'immutable',
            referenceTypes: ['User'],
            description: "The person's URL.",
          },
          text('type', 'Always User.', { mutability: 'immutable', canonicalValues: ['User'] }),
        ],
      },
    ],
  },
  extensions: [],
};
