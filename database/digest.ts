import { createHash } from 'node:crypto';

/**
 * What is stored of a secret that a machine made up: SHA-256 as hex. Such a secret cannot be guessed, so it takes
 * no slow hash like a password.
 */
export const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');
