/** Roles from least to most, as stored in `users.role`. */
export const roles = ['employee', 'it-admin', 'admin', 'super-admin'] as const;
export type Role = (typeof roles)[number];

/** The names of the roles on the screen. */
export const roleLabels: Record<Role, string> = {
  employee: 'Employee',
  'it-admin': 'IT admin',
  admin: 'Admin',
  'super-admin': 'Super admin',
};

const everyone: readonly Role[] = roles;
const itAdmins: readonly Role[] = ['it-admin', 'admin', 'super-admin'];
const admins: readonly Role[] = ['admin', 'super-admin'];
const superAdmins: readonly Role[] = ['super-admin'];

/** The roles that have each permission. */
export const permissions = {
  /** Their own page, notifications and password. */
  'own-page': everyone,
  /** Queue, checklists, recover, revoke, resolve, complete. */
  offboard: itAdmins,
  'read-audit': itAdmins,
  'read-people': itAdmins,
  /** Assets and licenses: create, edit, assign, import. */
  'manage-inventory': itAdmins,
  /** Users: create, edit, end dates, import; cancel an offboarding. */
  'manage-people': admins,
  /** Invitations and roles. */
  'manage-access': superAdmins,
  /** Erasing the personal data of former employees. */
  'erase-people': superAdmins,
  /** Webhooks, API tokens, the workspace. */
  'manage-workspace': superAdmins,
} satisfies Record<string, readonly Role[]>;
export type Permission = keyof typeof permissions;

/** Whether a role has a permission. */
export const may = (role: Role, permission: Permission): boolean =>
  (permissions[permission] as readonly Role[]).includes(role);

/** Whether a role may use the console; other roles see only their own page. */
export const worksInConsole = (role: Role): boolean => may(role, 'offboard');
