/** What an API token may do. */
export const scopes = [
  'users:read',
  'users:write',
  'assets:write',
  'seats:write',
  'requests:write',
  'offboardings:read',
  'offboardings:complete',
  'imports:write',
  'scim',
] as const;
export type Scope = (typeof scopes)[number];
