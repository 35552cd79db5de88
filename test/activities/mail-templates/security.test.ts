import { expect, test } from 'vitest';
import { composeMail } from '../../../activities/mail/compose.ts';
import { securityMail } from '../../../activities/mail/templates/security.ts';
import { ivo, links } from './fixtures.ts';

test('a mail about the sign-in says what changed and cannot be stopped', () => {
  const changed = { kind: 'second_factor_changed', about: 'Ivo Marin', own: true } as const;
  const content = securityMail([{ ...changed, details: { change: 'passkey_added' } }], ivo, links);
  const waiting = { id: 1, kind: 'security', offboardingId: null, createdAt: new Date(0) } as const;
  const mail = composeMail({ ...waiting, receiver: ivo, workspace: 'Halden' }, content, links, 'x.example');
  expect(mail.subject).toBe('Your sign-in to Lastday changed');
  expect(mail.unsubscribe).toBeNull();
  for (const part of [mail.text, mail.html]) {
    expect(part).toContain('A passkey was added to your account.');
    expect(part).toContain('https://lastday.halden.example/me/second-factor');
    expect(part).not.toMatch(/unsubscribe|#mail/i);
  }
});
