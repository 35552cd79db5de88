import { AccountConflict } from '../../domain/directory/account.ts';
import { InvalidInput, Refusal } from '../../domain/failures.ts';
import { emailInUse, emailNeeded, externalIdInUse, ownManager } from '../../domain/wording/refusals.ts';

/** The error that the user sees, by the constraint that was broken. */
const meanings: Record<string, () => Refusal | InvalidInput> = {
  assignments_assignable_user_fk: () => offboarded(),
  seats_assignable_user_fk: () => offboarded(),
  requests_assignable_user_fk: () => offboarded(),
  users_assignable_manager_fk: () =>
    new Refusal('manager-offboarded', 'This manager is offboarded. Choose someone else.'),
  assignments_one_holder: () => heldByAnother(),
  assignments_assignable_asset_fk: () => heldByAnother(),
  recovery_corrections_one_open: () => heldByAnother(),
  licenses_seats_check: () => new Refusal('no-seat-left', 'This license has no free seats.'),
  seats_one_per_user: () =>
    new Refusal('already-has-seat', 'This person already has a seat for this license.'),
  users_email_unique: () => new InvalidInput({ email: emailInUse }),
  users_email_check: () => new InvalidInput({ email: emailNeeded }),
  users_external_id_unique: () => new InvalidInput({ externalId: externalIdInUse }),
  identities_external_id_unique: () => new InvalidInput({ externalId: externalIdInUse }),
  directory_accounts_user_name_unique: () => new AccountConflict('Another account has this userName.'),
  directory_accounts_external_id_unique: () => new AccountConflict('Another account has this externalId.'),
  directory_accounts_user_id_unique: () => new AccountConflict('This person already has an account.'),
  licenses_name_unique: () => new InvalidInput({ name: 'Another license has this name and vendor.' }),
  assets_tag_unique: () => new InvalidInput({ tag: 'Another asset has this tag.' }),
  api_tokens_name_unique: () =>
    new Refusal(
      'token-name-taken',
      'Another API token has this name. Revoke it first, or choose another name.',
    ),
  offboardings_one_open: () => new Refusal('already-open', 'This person already has an open offboarding.'),
  users_not_own_manager_check: () => new Refusal('own-manager', ownManager),
  users_dates_check: () => new Refusal('end-before-start', 'The end date is before the start date.'),
};

const heldByAnother = () =>
  new Refusal('already-assigned', 'This asset is assigned to someone else. Recover it first.');

const offboarded = () =>
  new Refusal('already-offboarded', "This person is offboarded and can't get new items.");

/** The Refusal or InvalidInput of the constraint that a database error names, or else the error itself. */
export function toRefusal(error: unknown): unknown {
  const constraint = (error as { constraint?: unknown } | null)?.constraint;
  return typeof constraint === 'string' && Object.hasOwn(meanings, constraint)
    ? meanings[constraint]!()
    : error;
}
