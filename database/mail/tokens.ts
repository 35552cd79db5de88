import { createHmac, timingSafeEqual } from 'node:crypto';
import { type ChosenMailKind, chosenMailKinds } from '../../domain/mail/mails.ts';

/** Which user unsubscribes from which kind of mail. */
export interface UnsubscribeRequest {
  userId: number;
  kind: ChosenMailKind;
}

/** Signs and reads the tokens of unsubscribe links. A token permits only to stop one kind of mail to one user. */
export interface MailTokens {
  sign(request: UnsubscribeRequest): string;
  /** Null for a token that `sign` did not make. */
  read(token: string): UnsubscribeRequest | null;
}

const shape = /^([a-z]+)\.([1-9]\d{0,8})\.([\w-]{22})$/;
const signatureBytes = 16;

/** Tokens signed with a key derived from SECRET_KEY (base64). They do not expire, because mails are kept for years. */
export function mailTokens(keyBase64: string): MailTokens {
  const key = createHmac('sha256', Buffer.from(keyBase64, 'base64')).update('unsubscribe').digest();
  const signatureOf = (text: string) =>
    createHmac('sha256', key).update(text).digest().subarray(0, signatureBytes);

  return {
    sign({ userId, kind }) {
      const text = `${kind}.${userId}`;
      return `${text}.${signatureOf(text).toString('base64url')}`;
    },
    read(token) {
      const [, kindText = '', idText = '', signature = ''] = shape.exec(token) ?? [];
      const kind = chosenMailKinds.find((known) => known === kindText);
      if (kind === undefined) return null;
      const given = Buffer.from(signature, 'base64url');
      const isOurs = timingSafeEqual(given, signatureOf(`${kind}.${idText}`));
      return isOurs ? { userId: Number(idText), kind } : null;
    },
  };
}
