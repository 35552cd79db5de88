import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** Encrypts secrets that are stored in the database and read again, such as the keys that sign webhooks. */
export interface SecretBox {
  seal(secret: string): string;
  /** Throws an Error when another key sealed the secret, or when it was altered. */
  open(sealed: string): string;
}

const ivBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM with SECRET_KEY (32 bytes, base64). A sealed secret is base64 of one byte that identifies the key, the
 * nonce, the ciphertext and the tag.
 */
export function secretBox(keyBase64: string): SecretBox {
  const key = Buffer.from(keyBase64, 'base64');
  const keyId = createHash('sha256').update(key).digest().subarray(0, 1);

  return {
    seal(secret) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(keyId);
      const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return Buffer.concat([keyId, iv, sealed, cipher.getAuthTag()]).toString('base64');
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64');
      if (!bytes.subarray(0, 1).equals(keyId))
        throw new Error('The secret was encrypted with another SECRET_KEY.');
      const iv = bytes.subarray(1, 1 + ivBytes);
      const tag = bytes.subarray(-tagBytes);
      const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes })
        .setAAD(keyId)
        .setAuthTag(tag);
      const secret = decipher.update(bytes.subarray(1 + ivBytes, -tagBytes));
      return Buffer.concat([secret, decipher.final()]).toString('utf8');
    },
  };
}
