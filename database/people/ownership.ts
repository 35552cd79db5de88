import type { Ownership } from '../../domain/directory/owned-fields.ts';
import type { User } from '../entities/index.ts';

/** What decides which values of HR are stored for a person. */
export const ownershipOf = (user: User, isLeavingByDirectory: boolean): Ownership => ({
  inDirectory: user.inDirectory,
  isLeavingByDirectory,
  hrStated: user.hrStated,
  email: user.email ?? null,
});
