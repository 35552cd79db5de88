import { describe, expect, test } from 'vitest';
import { mailTokens } from '../../../database/mail/tokens.ts';
import { links, tokens } from './fixtures.ts';

describe('an unsubscribe link', () => {
  test('carries the user and the kind of mail', () => {
    const token = tokens.sign({ userId: 17, kind: 'reminders' });
    expect(tokens.read(token)).toEqual({ userId: 17, kind: 'reminders' });
    expect(links.unsubscribe(17, 'reminders')).toBe(`https://lastday.halden.example/unsubscribe/${token}`);
  });

  test('is invalid after any change', () => {
    const token = tokens.sign({ userId: 17, kind: 'reminders' });
    const [kind, id, signature] = token.split('.');
    const forged = [
      `problems.${id}.${signature}`,
      `${kind}.18.${signature}`,
      `${kind}.${id}.${'A'.repeat(22)}`,
      `${kind}.${id}`,
      `${kind}.017.${signature}`,
      '',
      '..',
      `${token}x`,
    ];
    for (const text of forged) expect(tokens.read(text)).toBeNull();
    expect(mailTokens(Buffer.alloc(32, 'other').toString('base64')).read(token)).toBeNull();
  });
});
