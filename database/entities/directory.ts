import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { EchoedAttributes } from '../../domain/directory/echoed-attributes.ts';
import { id, oneOf, timestamp, writtenAt } from './columns.ts';
import { belongsToUser } from './foreign-keys.ts';

/**
 * What a directory says of a person: a resource of SCIM. Triggers copy the external id and the userName to `identities`
 * (sources `scim` and `scim_user_name`); a hidden account gives up its userName there.
 */
export const DirectoryAccount = defineEntity({
  name: 'DirectoryAccount',
  tableName: 'directory_accounts',
  properties: {
    id: p.uuid().primary(),
    /** The order of the list. */
    seq: p.integer().defaultRaw("nextval('directory_accounts_seq'::regclass)"),
    userId: () => belongsToUser().unique('directory_accounts_user_id_unique'),
    externalId: p.text().nullable(),
    userName: p.text(),
    active: p.boolean(),
    /** What is only given back, and what the person's fields come from. */
    attributes: p.json<EchoedAttributes>(),
    /** The manager in the directory's words, who may be unknown. */
    manager: p.text().nullable(),
    version: p.integer().default(1),
    createdAt: writtenAt(),
    changedAt: writtenAt(),
    /** When the directory last stated that they are active. */
    activatedAt: timestamp().nullable(),
    /** When the directory last stated that they are not. The limit counts it. */
    deactivatedAt: timestamp().nullable(),
    /** When the directory deleted it. The person stays. */
    hiddenAt: timestamp().nullable(),
  },
  indexes: [
    {
      name: 'directory_accounts_user_name_unique',
      expression:
        'create unique index directory_accounts_user_name_unique on directory_accounts (folded(user_name)) where hidden_at is null',
    },
    {
      name: 'directory_accounts_external_id_unique',
      expression:
        'create unique index directory_accounts_external_id_unique on directory_accounts (folded(external_id))',
    },
    {
      name: 'directory_accounts_seq_index',
      expression:
        'create index directory_accounts_seq_index on directory_accounts (seq) where hidden_at is null',
    },
    {
      name: 'directory_accounts_manager_index',
      expression:
        'create index directory_accounts_manager_index on directory_accounts (folded(manager)) where manager is not null',
    },
    {
      name: 'directory_accounts_deactivated_index',
      expression:
        'create index directory_accounts_deactivated_index on directory_accounts (deactivated_at) where deactivated_at is not null',
    },
    {
      name: 'directory_accounts_emails_index',
      expression:
        'create index directory_accounts_emails_index on directory_accounts using gin (folded_emails(attributes))',
    },
  ],
});
export type DirectoryAccount = InferEntity<typeof DirectoryAccount>;

/** What follows a deactivation waits for a super-admin: too many came at once, or it is the last super-admin. */
const heldReasons = ['limit', 'last-super-admin'] as const;
export type HeldReason = (typeof heldReasons)[number];

/** A deactivation whose effects wait. One person has one. */
export const HeldDeactivation = defineEntity({
  name: 'HeldDeactivation',
  tableName: 'held_deactivations',
  properties: {
    userId: () => belongsToUser().primary(),
    reason: p.text().$type<HeldReason>(),
    heldAt: writtenAt(),
  },
  checks: [oneOf('held_deactivations_reason_check', 'reason', heldReasons)],
});
export type HeldDeactivation = InferEntity<typeof HeldDeactivation>;

/** `person`: which of two people an account is. `address`: the new address of someone with a role. */
const questionKinds = ['person', 'address'] as const;
export type QuestionKind = (typeof questionKinds)[number];

/** What a directory stated and an admin has to decide. An erasure deletes the questions about the person. */
export const DirectoryQuestion = defineEntity({
  name: 'DirectoryQuestion',
  tableName: 'directory_questions',
  properties: {
    id: id(),
    kind: p.text().$type<QuestionKind>(),
    /** The people who could be meant, or the person whose address it is. */
    candidates: p.array().columnType('int[]').$type<number[]>(),
    userName: p.text(),
    externalId: p.text().nullable(),
    name: p.text(),
    email: p.text().nullable(),
    askedAt: writtenAt(),
    decidedAt: timestamp().nullable(),
    /** Who was meant; null for a new person. */
    decidedUserId: () => belongsToUser('decided_user_id').nullable(),
  },
  indexes: [
    {
      name: 'directory_questions_unique',
      expression:
        'create unique index directory_questions_unique on directory_questions (kind, folded(user_name))',
    },
    {
      name: 'directory_questions_external_id_index',
      expression:
        'create index directory_questions_external_id_index on directory_questions (folded(external_id)) where external_id is not null',
    },
    {
      name: 'directory_questions_open_index',
      expression:
        'create index directory_questions_open_index on directory_questions (id) where decided_at is null',
    },
    {
      name: 'directory_questions_candidates_index',
      expression:
        'create index directory_questions_candidates_index on directory_questions using gin (candidates)',
    },
  ],
  checks: [oneOf('directory_questions_kind_check', 'kind', questionKinds)],
});
export type DirectoryQuestion = InferEntity<typeof DirectoryQuestion>;

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
