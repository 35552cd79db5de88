import { may, type Permission, type Role } from '../../../domain/access/permissions.ts';

/** A link to a page, for those who may open it. */
export interface PageLink {
  address: string;
  label: string;
  icon: string;
  permission: Permission;
}

const entries: PageLink[] = [
  { address: '/offboarding', label: 'Offboarding', icon: 'door-exit', permission: 'offboard' },
  { address: '/users', label: 'People', icon: 'users', permission: 'read-people' },
  { address: '/assets', label: 'Assets', icon: 'devices', permission: 'manage-inventory' },
  { address: '/licenses', label: 'Licenses', icon: 'license', permission: 'manage-inventory' },
  { address: '/requests', label: 'Requests', icon: 'inbox', permission: 'manage-inventory' },
  { address: '/imports', label: 'Imports', icon: 'file-import', permission: 'manage-inventory' },
  { address: '/audit', label: 'Audit trail', icon: 'history', permission: 'read-audit' },
  { address: '/settings/webhooks', label: 'Webhooks', icon: 'webhook', permission: 'manage-workspace' },
  { address: '/settings/tokens', label: 'API tokens', icon: 'key', permission: 'manage-workspace' },
  {
    address: '/settings/directory',
    label: 'Directory',
    icon: 'address-book',
    permission: 'manage-workspace',
  },
  { address: '/settings/sign-in', label: 'Sign-in', icon: 'login', permission: 'manage-workspace' },
  { address: '/settings/workspace', label: 'Workspace', icon: 'settings', permission: 'manage-workspace' },
  { address: '/me', label: 'My page', icon: 'user-circle', permission: 'own-page' },
];

/** The menu entries whose pages the role may open. */
export const menuFor = (role: Role): PageLink[] => permitted(entries, role);

/** Those of the links whose pages the role may open. */
export const permitted = (links: readonly PageLink[], role: Role): PageLink[] =>
  links.filter(({ permission }) => may(role, permission));
