import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Scope } from '../../../domain/access/scopes.ts';
import { id, oneOf, texts, timestamp, writtenAt } from '../columns.ts';
import { belongsToUser } from '../foreign-keys.ts';

/** An API token. It is shown once, stored as a SHA-256 hash, and revoked when its creator stops being a super-admin. */
export const ApiToken = defineEntity({
  name: 'ApiToken',
  tableName: 'api_tokens',
  properties: {
    id: id(),
    name: p.text(),
    /** Another token had an equal name before equal names were refused. */
    nameIsDuplicate: p.boolean().default(false),
    /** The first characters of the token, which identify it on pages. */
    prefix: p.text(),
    hash: p.text().unique('api_tokens_hash_unique').hidden(),
    scopes: texts<Scope>(),
    /** The user who created it; null for one created at the command line. */
    createdBy: () => belongsToUser('created_by').nullable(),
    createdAt: writtenAt(),
    lastUsedAt: timestamp().nullable(),
    revokedAt: timestamp().nullable(),
    /** Until when the limit on what it takes away does not apply. */
    unlimitedUntil: timestamp().nullable(),
    /** When the super-admins were last notified that this limit refuses its calls. */
    limitNotifiedAt: timestamp().nullable(),
  },
  indexes: [
    { name: 'api_tokens_created_by_index', properties: ['createdBy'] },
    {
      // Names are unique, because the audit trail identifies tokens by name.
      name: 'api_tokens_name_unique',
      expression:
        'create unique index api_tokens_name_unique on api_tokens (folded(name)) where revoked_at is null and not name_is_duplicate',
    },
    {
      name: 'api_tokens_name_duplicates_index',
      expression:
        'create index api_tokens_name_duplicates_index on api_tokens (folded(name)) where name_is_duplicate',
    },
  ],
});
export type ApiToken = InferEntity<typeof ApiToken>;

const linkPurposes = ['invitation', 'sign-in'] as const;
export type LinkPurpose = (typeof linkPurposes)[number];

/** A one-time link: an invitation, or a sign-in link for a super-admin. Only its hash is stored. */
export const OneTimeLink = defineEntity({
  name: 'OneTimeLink',
  tableName: 'one_time_links',
  properties: {
    id: id(),
    userId: () => belongsToUser().index('one_time_links_user_id_index'),
    purpose: p.text().$type<LinkPurpose>(),
    hash: p.text().unique('one_time_links_hash_unique').hidden(),
    createdAt: writtenAt(),
    expiresAt: timestamp(),
    usedAt: timestamp().nullable(),
  },
  checks: [oneOf('one_time_links_purpose_check', 'purpose', linkPurposes)],
});
export type OneTimeLink = InferEntity<typeof OneTimeLink>;

/** A session, with the columns that the session store expects. `sid` is a hash of the id in the cookie. */
export const Session = defineEntity({
  name: 'Session',
  tableName: 'sessions',
  properties: {
    sid: p.text().primary(),
    sess: p.json<Record<string, unknown>>(),
    expire: timestamp(),
  },
  indexes: [
    { name: 'sessions_expire_index', properties: ['expire'] },
    {
      name: 'sessions_user_index',
      expression: "create index sessions_user_index on sessions ((sess->>'userId'))",
    },
    {
      // A provider ends sessions by their id there.
      name: 'sessions_provider_index',
      expression:
        "create index sessions_provider_index on sessions ((sess->'provider'->>'sid')) where sess->'provider'->>'sid' is not null",
    },
  ],
});
export type Session = InferEntity<typeof Session>;
