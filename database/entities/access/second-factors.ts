import { defineEntity, p } from '@mikro-orm/core';
import { id, texts, timestamp, writtenAt } from '../columns.ts';
import { belongsToUser } from '../foreign-keys.ts';

/** A passkey of a person (WebAuthn). The private key never leaves their device. */
export const Passkey = defineEntity({
  name: 'Passkey',
  tableName: 'passkeys',
  properties: {
    id: id(),
    userId: () => belongsToUser().index('passkeys_user_id_index'),
    /** The name that the person gave it. */
    name: p.text(),
    /** The id and the public key, in base64url. */
    credentialId: p.text().unique('passkeys_credential_id_unique'),
    publicKey: p.text(),
    /** How often the device says that it was used. It never goes back, unless the passkey was copied. */
    counter: p.bigint('number'),
    transports: texts(),
    createdAt: writtenAt(),
    lastUsedAt: timestamp().nullable(),
  },
});

/** The hash of a passkey's challenge that was used, so that it is not used again. Kept for a day. */
export const UsedChallenge = defineEntity({
  name: 'UsedChallenge',
  tableName: 'used_challenges',
  properties: {
    hash: p.text().primary(),
    usedAt: writtenAt(),
  },
});

/** A person's authenticator app, which makes time-based codes (RFC 6238). */
export const AuthenticatorApp = defineEntity({
  name: 'AuthenticatorApp',
  tableName: 'authenticator_apps',
  properties: {
    id: id(),
    userId: () => belongsToUser(),
    /** Sealed with SECRET_KEY. */
    secret: p.text().hidden(),
    /** The time step of the last accepted code, because each is accepted once. */
    lastStep: p.integer(),
    /** The salt of the person's recovery codes. They share it, so that one hash finds a code among ten. */
    codeSalt: p.text().hidden(),
    createdAt: writtenAt(),
  },
  uniques: [{ name: 'authenticator_apps_user_id_unique', properties: ['userId'] }],
});

/** A code that signs a person in once without their app. Only its hash is stored. */
export const RecoveryCode = defineEntity({
  name: 'RecoveryCode',
  tableName: 'recovery_codes',
  properties: {
    id: id(),
    userId: () => belongsToUser().index('recovery_codes_user_id_index'),
    hash: p.text().hidden(),
    usedAt: timestamp().nullable(),
  },
});
