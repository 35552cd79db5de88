import { createHmac, timingSafeEqual } from 'node:crypto';
import { type MailKind, mailKinds } from '../../domain/mail/mails.ts';

/** Who wants which kind of mail no more. */
export interface UnsubscribeRequest {
  userId: number;
  kind: MailKind;
}

/** Makes and reads what stands in a mail's unsubscribe link: whoever has the mail may stop its kind, and nothing else. */
export interface MailTokens {
  sign(unsubscribing: UnsubscribeRequest): string;
  /** Null for one that was not signed here. */
  read(token: string): UnsubscribeRequest | null;
}

const shape = /^([a-z]+)\.([1-9]\d{0,8})\.([\w-]{22})$/;
const signatureBytes = 16;

/** Tokens signed with a key made from SECRET_KEY (base64). They do not expire: mails are kept for years. */
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
      const kind = mailKinds.find((known) => known === kindText);
      if (kind === undefined) return null;
      const given = Buffer.from(signature, 'base64url');
      const isOurs = timingSafeEqual(given, signatureOf(`${kind}.${idText}`));
      return isOurs ? { userId: Number(idText), kind } : null;
    },
  };
}
