import type { UserStatus } from '../../domain/user-status.ts';

const tones: Record<UserStatus, string> = {
  active: 'tag-done',
  suspended: 'tag-warning',
  offboarded: 'tag-danger',
};

/** The CSS class for the colour of a person's status. */
export const personTone = (status: UserStatus): string => tones[status];
