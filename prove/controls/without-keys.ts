import { asOwner } from '../../testing/servers/owner.ts';

/** Takes the gate's law out of a database: what is left of the gate is the order in the code. */
export const dropKeys = (ownerUrl: string): Promise<void> =>
  asOwner(
    ownerUrl,
    'alter table assignments drop constraint assignments_assignable_user_fk',
    'alter table seats drop constraint seats_assignable_user_fk',
    'alter table requests drop constraint requests_assignable_user_fk',
    'alter table users drop constraint users_assignable_manager_fk',
  );
