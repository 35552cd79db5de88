import { Refusal } from '../failures.ts';

/** An e-mail address or a phone number of a person, as a directory says it. */
export interface AccountContact {
  value: string;
  type: string | null;
  primary: boolean;
  display: string | null;
}

/** The parts of a person's name, as a directory says them. */
export interface AccountName {
  formatted: string | null;
  givenName: string | null;
  familyName: string | null;
  middleName: string | null;
  honorificPrefix: string | null;
  honorificSuffix: string | null;
}

/** What a directory says of a person, in its own words. It is given back as it was stated, whatever Lastday stores of it. */
export interface AccountAttributes {
  /** Unique among the accounts that are not deleted. It doesn't have to be an email. */
  userName: string;
  /** The directory's own id of the person, which is not that of the HR system. */
  externalId: string | null;
  /** The directory's view, which is kept apart from the status of the person. */
  active: boolean;
  displayName: string | null;
  nickName: string | null;
  title: string | null;
  userType: string | null;
  preferredLanguage: string | null;
  locale: string | null;
  timezone: string | null;
  name: AccountName;
  emails: AccountContact[];
  phoneNumbers: AccountContact[];
  /** The HR system's id of the person. */
  employeeNumber: string | null;
  costCenter: string | null;
  organization: string | null;
  division: string | null;
  department: string | null;
  /** What the directory sent as `manager.value`: an account's id, an external id, a userName or an employee number. */
  manager: string | null;
}

/** The attributes of an account of which a directory has stated no more than that it is active. */
export const nothingStated: AccountAttributes = {
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

/** A person whom a directory has provisioned: a resource of SCIM. */
export interface Account {
  /** A UUID. */
  id: string;
  userId: number;
  attributes: AccountAttributes;
  /** The account of the manager, once the directory has provisioned them too. */
  managerAccount: { id: string; displayName: string } | null;
  /** Every change of the attributes increments it. */
  version: number;
  createdAt: Date;
  changedAt: Date;
}

/** Another account or person already has what the directory sent. Nothing was changed. SCIM answers it with 409. */
export class AccountConflict extends Refusal {
  override name = 'AccountConflict';
  readonly scimType = 'uniqueness';
  /** The people of whom an admin has to choose one; empty when the directory has to send something else. */
  readonly candidates: readonly number[];
  constructor(message: string, candidates: readonly number[] = []) {
    super('uniqueness', message);
    this.candidates = candidates;
  }
}

/** The account may be that of each of these people, so an admin decides. */
export const severalPeople = (candidates: readonly number[]) =>
  new AccountConflict(
    'This could be more than one person. An admin decides in Lastday who it is.',
    candidates,
  );
