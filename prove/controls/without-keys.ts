import { asOwner } from '../../testing/servers/owner.ts';

/** Drops the foreign keys of the gate, so that only the code enforces it. */
export const dropKeys = (ownerUrl: string): Promise<void> =>
  asOwner(
    ownerUrl,
    'alter table assignments drop constraint assignments_assignable_user_fk',
    'alter table seats drop constraint seats_assignable_user_fk',
    'alter table requests drop constraint requests_assignable_user_fk',
    'alter table users drop constraint users_assignable_manager_fk',
  );
