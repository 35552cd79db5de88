import type { Account } from '../../../domain/directory/account.ts';
import { type BaseUrl, locationOf, metaOf } from '../resource/meta.ts';
import { type Projection, project } from '../resource/project.ts';
import { groupType } from '../schemas/group.ts';
import { enterprise, userType } from '../schemas/user.ts';
import { resourceOf } from './account-resource.ts';

/** A group of a person. */
export interface GroupName {
  id: string;
  displayName: string;
}

/** The body of a person. `groups` are empty when the projection leaves them out. */
export function userBody(
  base: BaseUrl,
  account: Account,
  groups: readonly GroupName[],
  projection: Projection,
): Record<string, unknown> {
  const { [enterprise.id]: extension, ...core } = resourceOf(account.attributes);
  const manager = managerOf(base, account);
  const whole = {
    schemas: [userType.core.id, ...(extension === undefined ? [] : [enterprise.id])],
    id: account.id,
    ...core,
    ...(groups.length > 0 && { groups: groups.map((group) => groupOf(base, group)) }),
    ...(extension !== undefined && { [enterprise.id]: { ...(extension as object), ...manager } }),
    meta: metaOf(base, userType, account),
  };
  return project(userType, whole, projection);
}

/** The account of the manager if it is known, else what the directory sent. */
const managerOf = (base: BaseUrl, { managerAccount }: Account) =>
  managerAccount === null
    ? {}
    : {
        manager: {
          value: managerAccount.id,
          $ref: locationOf(base, userType, managerAccount.id),
        },
      };

const groupOf = (base: BaseUrl, { id, displayName }: GroupName) => ({
  value: id,
  $ref: locationOf(base, groupType, id),
  display: displayName,
  type: 'direct',
});
