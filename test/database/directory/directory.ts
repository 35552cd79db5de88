import type { Database } from '../../../database/core/orm.ts';
import { changeAccount, createAccount } from '../../../database/directory/accounts.ts';
import type { Account, AccountAttributes } from '../../../domain/directory/account.ts';

/** The token of the directory. */
export const idp = 'token:entra';

const nothing: AccountAttributes = {
  userName: '',
  externalId: null,
  active: true,
  displayName: null,
  nickName: null,
  title: null,
  userType: null,
  preferredLanguage: null,
  locale: null,
  timezone: null,
  name: {
    formatted: null,
    givenName: null,
    familyName: null,
    middleName: null,
    honorificPrefix: null,
    honorificSuffix: null,
  },
  emails: [],
  phoneNumbers: [],
  employeeNumber: null,
  costCenter: null,
  organization: null,
  division: null,
  department: null,
  manager: null,
};

/** Attributes of an account with these values. */
export const saying = (stated: Partial<AccountAttributes>): AccountAttributes => ({ ...nothing, ...stated });

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
