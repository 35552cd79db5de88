import { createHash } from 'node:crypto';

/**
 * What is stored of a secret that a machine made up: SHA-256 as hex. Such a secret cannot be guessed, so it takes
 * no slow hash like a password.
 */
export const sha256 = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Whether a text could be such a digest. */
export const isSha256 = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);
