import { createHash } from 'node:crypto';

/** SHA-256 as hex, for generated secrets. They need no slow hash, because they cannot be guessed like a password. */
export const sha256 = (secret: string): string => createHash('sha256').update(secret).digest('hex');

export const isSha256 = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);
