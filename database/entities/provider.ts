import { defineEntity, p } from '@mikro-orm/core';
import { id, oneOf, writtenAt } from './columns.ts';
import { belongsToUser } from './foreign-keys.ts';

/** How an account at the provider was found to be a person: this decides which role it can give. */
const accountLinks = ['directory', 'invitation', 'email'] as const;
export type AccountLink = (typeof accountLinks)[number];

/** Whom an account at the identity provider belongs to. Issuer and subject identify it, compared exactly. */
export const ProviderAccount = defineEntity({
  name: 'ProviderAccount',
  tableName: 'provider_accounts',
  properties: {
    issuer: p.text().primary(),
    subject: p.text().primary(),
    userId: () => belongsToUser().index('provider_accounts_user_id_index'),
    linkedBy: p.text().$type<AccountLink>(),
    linkedAt: writtenAt(),
    lastSignInAt: writtenAt(),
  },
  checks: [oneOf('provider_accounts_linked_by_check', 'linked_by', accountLinks)],
});

/** A refused sign-in with the provider. The browser got only its reference. */
export const SignInRefusal = defineEntity({
  name: 'SignInRefusal',
  tableName: 'sign_in_refusals',
  properties: {
    id: id(),
    reference: p.text().unique('sign_in_refusals_reference_unique'),
    at: writtenAt(),
    cause: p.text(),
    /** The person, if one was found. */
    userId: () => belongsToUser().nullable(),
    /** The provider's error, without tokens and addresses. */
    detail: p.text().nullable(),
  },
  indexes: [{ name: 'sign_in_refusals_at_index', properties: ['at'] }],
});

/** What the provider answered last: one row. */
export const ProviderAnswer = defineEntity({
  name: 'ProviderAnswer',
  tableName: 'provider_answer',
  properties: {
    id: p.integer().primary().autoincrement(false),
    /** The provider that was asked. */
    issuer: p.text(),
    at: writtenAt(),
    /** What was wrong; null when nothing was. */
    problem: p.text().nullable(),
    /** An error code, a status or a number, without tokens and addresses. */
    detail: p.text().nullable(),
  },
  checks: [{ name: 'provider_answer_one_row_check', expression: 'id = 1' }],
});
