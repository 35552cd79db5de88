/** What an account in a list has to fulfil. An `email` without a type may be of any. */
export type AccountCondition =
  | { attribute: 'id' | 'userName' | 'externalId'; value: string }
  | { attribute: 'active'; value: boolean }
  | { attribute: 'email'; value: string; type: string | null };

/** What a group in a list has to fulfil. A `member` is the id of an account. */
export interface GroupCondition {
  attribute: 'id' | 'displayName' | 'externalId' | 'member';
  value: string;
}
