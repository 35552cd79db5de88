import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Actor } from '../../domain/actor.ts';
import { Refusal } from '../../domain/failures.ts';
import type { EntityManager } from '../core/orm.ts';
import type { SecretBox } from '../core/secret-box.ts';
import { sqlOf } from '../core/tables.ts';
import { changeEndpoint } from './endpoint-change.ts';

/** A symmetric key of 32 random bytes in the format of Standard Webhooks. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

const validTogetherMs = 24 * 60 * 60_000;

/**
 * Gives an endpoint a new secret, which cannot be shown again. For 24 hours deliveries are signed with both secrets,
 * so that the receiver can switch. Throws a Refusal during that time, because the receiver may still use the old
 * secret, and NotFound.
 */
export const rotateSecret = (
  em: EntityManager,
  actor: Actor,
  id: number,
  secretBox: SecretBox,
  now = new Date(),
): Promise<string> =>
  changeEndpoint(em, actor, id, ({ endpoint, record }) => {
    const { previousSecretUntil: until } = endpoint;
    if (until && until > now) throw new Refusal('rotated-lately', rotatedLately);
    const secret = newSecret();
    endpoint.previousSecretEncrypted = endpoint.secretEncrypted;
    endpoint.previousSecretUntil = new Date(now.getTime() + validTogetherMs);
    endpoint.secretEncrypted = secretBox.seal(secret);
    record('webhook.secret_rotated');
    return secret;
  });

/** Deletes replaced secrets that have expired. */
export async function deleteOldSecrets(em: EntityManager): Promise<void> {
  await sql`
    update webhook_endpoints set previous_secret_encrypted = null, previous_secret_until = null
    where previous_secret_until < now()`.execute(sqlOf(em));
}

/** Names no time, because it would have to be by the reader's clock; the endpoint's facts show it. */
const rotatedLately =
  'The secret was rotated less than 24 hours ago, and the old one still works. Rotate it again once the old one has expired.';
