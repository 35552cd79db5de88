import { defineEntity, p } from '@mikro-orm/core';
import { writtenAt } from './columns.ts';
import { belongsToUser } from './foreign-keys.ts';

/**
 * What another system calls a person. The source `hr` has the HR system's ids: a trigger copies `users.external_id`, and
 * a merge adds those of the record that goes. The source `email` has the addresses of merged records. The sources `scim`
 * and `scim_user_name` have a directory's ids and userNames: triggers copy them from `directory_accounts`.
 */
export const Identity = defineEntity({
  name: 'Identity',
  tableName: 'identities',
  properties: {
    userId: () => belongsToUser().primary(),
    source: p.text().primary(),
    externalId: p.text().primary(),
    /** Like `users.external_id_is_duplicate`. */
    externalIdIsDuplicate: p.boolean().default(false),
    createdAt: writtenAt(),
  },
  indexes: [
    {
      name: 'identities_external_id_unique',
      expression:
        'create unique index identities_external_id_unique on identities (source, folded(external_id)) where not external_id_is_duplicate',
    },
    {
      name: 'identities_external_id_duplicates_index',
      expression:
        'create index identities_external_id_duplicates_index on identities (source, folded(external_id)) where external_id_is_duplicate',
    },
  ],
});
