import { defineEntity, p } from '@mikro-orm/core';
import { writtenAt } from './columns.ts';
import { DirectoryAccount } from './directory.ts';

/** A group of a directory: a resource of SCIM. */
export const DirectoryGroup = defineEntity({
  name: 'DirectoryGroup',
  tableName: 'directory_groups',
  properties: {
    id: p.uuid().primary(),
    /** The order of the list. */
    seq: p.integer().defaultRaw("nextval('directory_groups_seq'::regclass)"),
    displayName: p.text(),
    externalId: p.text().nullable(),
    version: p.integer().default(1),
    createdAt: writtenAt(),
    changedAt: writtenAt(),
  },
  indexes: [
    { name: 'directory_groups_seq_index', properties: ['seq'] },
    {
      name: 'directory_groups_display_name_index',
      expression:
        'create index directory_groups_display_name_index on directory_groups (folded(display_name))',
    },
    {
      name: 'directory_groups_external_id_unique',
      expression:
        'create unique index directory_groups_external_id_unique on directory_groups (folded(external_id))',
    },
  ],
});

/** An account in a group. A trigger removes the accounts that the directory deletes. */
export const DirectoryGroupMember = defineEntity({
  name: 'DirectoryGroupMember',
  tableName: 'directory_group_members',
  properties: {
    groupId: () =>
      p
        .manyToOne(DirectoryGroup)
        .mapToPk()
        .fieldName('group_id')
        .deleteRule('cascade')
        .updateRule('no action')
        .primary(),
    accountId: () =>
      p
        .manyToOne(DirectoryAccount)
        .mapToPk()
        .fieldName('account_id')
        .deleteRule('cascade')
        .updateRule('no action')
        .primary(),
  },
  indexes: [{ name: 'directory_group_members_account_index', properties: ['accountId'] }],
});
