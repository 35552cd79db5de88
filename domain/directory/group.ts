/** What a directory says of a group, without its members. */
export interface GroupAttributes {
  displayName: string;
  /** The directory's own id of the group. */
  externalId: string | null;
}

/** A group that a directory has provisioned. */
export interface Group extends GroupAttributes {
  /** A UUID. */
  id: string;
  /** Every change of the group or its members increments it. */
  version: number;
  createdAt: Date;
  changedAt: Date;
  /** The ids of the members' accounts; null when they were not read. */
  members: readonly string[] | null;
}

/** Who comes into a group and who goes; with `onlyAdded` everyone else goes. Nobody is in both. */
export interface MembersChange {
  onlyAdded: boolean;
  added: ReadonlySet<string>;
  removed: ReadonlySet<string>;
}

/** The change of nothing. */
export const sameMembers: MembersChange = { onlyAdded: false, added: new Set(), removed: new Set() };
