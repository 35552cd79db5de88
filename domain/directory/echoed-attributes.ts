import type { AccountAttributes } from './account.ts';

/** The attributes that have no column of their own. */
export type EchoedAttributes = Omit<AccountAttributes, 'userName' | 'externalId' | 'active' | 'manager'>;

/** The attributes without those that have a column of their own. */
export function echoedOf(attributes: AccountAttributes): EchoedAttributes {
  const { userName: _, externalId: __, active: ___, manager: ____, ...echoed } = attributes;
  return echoed;
}
