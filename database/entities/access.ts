import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Scope } from '../../domain/access/scopes.ts';
import { id, moment, oneOf, texts, writtenAt } from './columns.ts';
import { belongsToUser } from './laws.ts';

/** What a machine signs in with: shown once, stored as a SHA-256, ended with its maker's time as a super-admin. */
export const ApiToken = defineEntity({
  name: 'ApiToken',
  tableName: 'api_tokens',
  properties: {
    id: id(),
    name: p.text(),
    /** The first characters, to tell tokens apart on a page. */
    prefix: p.text(),
    hash: p.text().unique('api_tokens_hash_unique').hidden(),
    scopes: texts<Scope>(),
    /** Who made it; none when made at the command line. */
    createdBy: () => belongsToUser('created_by').nullable(),
    createdAt: writtenAt(),
    lastUsedAt: moment().nullable(),
    revokedAt: moment().nullable(),
  },
  indexes: [
    { name: 'api_tokens_created_by_index', properties: ['createdBy'] },
    {
      // The audit trail tells tokens apart by their names alone.
      name: 'api_tokens_name_unique',
      expression:
        'create unique index api_tokens_name_unique on api_tokens (lower(name)) where revoked_at is null',
    },
  ],
});
export type ApiToken = InferEntity<typeof ApiToken>;

export const linkPurposes = ['invitation', 'sign-in'] as const;
export type LinkPurpose = (typeof linkPurposes)[number];

/** A one-time link: an invitation, or a way in for a super-admin. Only its hash is stored. */
export const OneTimeLink = defineEntity({
  name: 'OneTimeLink',
  tableName: 'one_time_links',
  properties: {
    id: id(),
    userId: () => belongsToUser().index('one_time_links_user_id_index'),
    purpose: p.text().$type<LinkPurpose>(),
    hash: p.text().unique('one_time_links_hash_unique').hidden(),
    createdAt: writtenAt(),
    expiresAt: moment(),
    usedAt: moment().nullable(),
  },
  checks: [oneOf('one_time_links_purpose_check', 'purpose', linkPurposes)],
});
export type OneTimeLink = InferEntity<typeof OneTimeLink>;

/** A signed-in browser, in the shape the session store writes. `sid` is a hash of the id in the cookie. */
export const Session = defineEntity({
  name: 'Session',
  tableName: 'sessions',
  properties: {
    sid: p.text().primary(),
    sess: p.json<Record<string, unknown>>(),
    expire: moment(),
  },
  indexes: [
    { name: 'sessions_expire_index', properties: ['expire'] },
    {
      name: 'sessions_user_index',
      expression: "create index sessions_user_index on sessions ((sess->>'userId'))",
    },
  ],
});
export type Session = InferEntity<typeof Session>;
