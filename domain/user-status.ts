/** `users.status`. Only an active user signs in or is given anything new. */
export const userStatuses = ['active', 'suspended', 'offboarded'] as const;
export type UserStatus = (typeof userStatuses)[number];

/** Whether someone with this status may be given hardware, a seat or a request. */
export const mayReceiveItems = (status: UserStatus): boolean => status === 'active';

/** Whether someone with this status may sign in. */
export const maySignIn = (status: UserStatus): boolean => status === 'active';
