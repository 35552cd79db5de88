import type { Role } from '../../domain/access/permissions.ts';
import { menuFor, type PageLink, permitted } from '../http/pages/menu.ts';

/** Pages that are not in the menu, and what can be done on them. */
const others: PageLink[] = [
  { address: '/users/new', label: 'Add person', icon: 'user-plus', permission: 'manage-people' },
  { address: '/imports/users/new', label: 'Import people', icon: 'file-import', permission: 'manage-people' },
  { address: '/duplicates', label: 'Duplicates', icon: 'users', permission: 'manage-people' },
  { address: '/assets/new', label: 'Add asset', icon: 'plus', permission: 'manage-inventory' },
  {
    address: '/imports/assets/new',
    label: 'Import assets',
    icon: 'file-import',
    permission: 'manage-inventory',
  },
  { address: '/licenses/new', label: 'Add license', icon: 'plus', permission: 'manage-inventory' },
  {
    address: '/imports/licenses/new',
    label: 'Import licenses',
    icon: 'file-import',
    permission: 'manage-inventory',
  },
  { address: '/imports/mappings', label: 'Saved columns', icon: 'history', permission: 'manage-inventory' },
  { address: '/requests/new', label: 'Create request', icon: 'plus', permission: 'manage-inventory' },
  { address: '/settings/webhooks/new', label: 'Add endpoint', icon: 'plus', permission: 'manage-workspace' },
  { address: '/settings/tokens/new', label: 'Create token', icon: 'plus', permission: 'manage-workspace' },
  { address: '/notifications', label: 'Notifications', icon: 'bell', permission: 'own-page' },
  { address: '/api/v1/docs', label: 'API reference', icon: 'key', permission: 'own-page' },
];

/** The pages and actions that the search box finds for a role, those of the menu first. */
export const pagesFor = (role: Role): PageLink[] => [...menuFor(role), ...permitted(others, role)];
