import type { Database } from '../../../database/core/orm.ts';
import { changeAccount, createAccount } from '../../../database/directory/accounts.ts';
import { type Account, type AccountAttributes, nothingStated } from '../../../domain/directory/account.ts';

/** The token of the directory. */
export const idp = 'token:entra';

/** Attributes of an account with these values. */
export const saying = (stated: Partial<AccountAttributes>): AccountAttributes => ({
  ...nothingStated,
  ...stated,
});

/** One address, as most directories send it. */
export const workEmail = (value: string) => [{ value, type: 'work', primary: true, display: null }];

let accounts = 0;
/** Adds the account of a person, by default of somebody new. */
export function provision({ em }: Database, stated: Partial<AccountAttributes> = {}): Promise<Account> {
  const number = ++accounts;
  return createAccount(
    em,
    idp,
    saying({ userName: `u${number}@idp.example`, externalId: `x-${number}`, ...stated }),
  );
}

/** Says something else of an account. */
export const say = ({ em }: Database, id: string, stated: Partial<AccountAttributes>): Promise<Account> =>
  changeAccount(em, idp, id, (current) => ({ ...current, ...stated }));
