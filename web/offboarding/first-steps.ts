import { may, type Permission, type Role } from '../../domain/access/permissions.ts';

interface Step {
  label: string;
  hint: string;
  address: string;
  permission: Permission;
}

const steps: Step[] = [
  {
    label: 'Import people',
    hint: 'Upload a CSV file from your HR system.',
    address: '/imports/users/new',
    permission: 'manage-people',
  },
  {
    label: 'Import assets',
    hint: 'Upload your assets and their holders.',
    address: '/imports/assets/new',
    permission: 'manage-inventory',
  },
  {
    label: 'Create an API token',
    hint: 'Let your HR system send people and end dates.',
    address: '/settings/tokens/new',
    permission: 'manage-workspace',
  },
];

const email: Step = {
  label: 'Turn on email',
  hint: 'Email is off: set SMTP_URL to turn it on.',
  address: '/settings/workspace',
  permission: 'manage-workspace',
};

const invitation: Step = {
  label: 'Invite a colleague',
  hint: 'Open a person, choose a role, then create an invitation link.',
  address: '/users',
  permission: 'manage-access',
};

/** What a new workspace needs first, as far as the role may do it. */
export const firstStepsFor = (role: Role, hasMailServer: boolean): Step[] =>
  [...steps, ...(hasMailServer ? [] : [email]), invitation].filter(({ permission }) => may(role, permission));
