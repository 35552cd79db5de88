import { generateSync } from 'otplib';
import { addApp, newAppSecret } from '../../database/access/second-factors/authenticator-app.ts';
import { addPasskey } from '../../database/access/second-factors/passkeys.ts';
import type { Database } from '../../database/core/orm.ts';
import { secretBox } from '../../database/core/secret-box.ts';
import { testKey } from './engine.ts';

/** The code that an app shows at a time, `steps` after it. */
export const codeAt = (secret: string, steps = 0, now = new Date()): string =>
  generateSync({ secret, epoch: Math.floor(now.getTime() / 1000) + 30 * steps });

/** Gives a person an authenticator app, set up two steps ago, and returns its secret and recovery codes. */
export async function giveApp({ em }: Database, userId: number) {
  const secret = newAppSecret();
  const then = new Date(Date.now() - 60_000);
  const box = secretBox(testKey);
  return { secret, codes: await addApp(em, userId, { secret, code: codeAt(secret, 0, then), box }, then) };
}

/** Gives a person a passkey that no device has. */
export const givePasskey = ({ em }: Database, userId: number, name = 'Old laptop'): Promise<void> =>
  addPasskey(em, userId, {
    name,
    passkey: { credentialId: crypto.randomUUID(), publicKey: 'AAAA', counter: 7, transports: ['internal'] },
    challenge: crypto.randomUUID(),
  });
