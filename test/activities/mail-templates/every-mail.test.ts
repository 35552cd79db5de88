import { describe, expect, test } from 'vitest';
import { asHtml } from '../../../activities/mail/as-html.ts';
import { asText } from '../../../activities/mail/as-text.ts';
import { remindersMail } from '../../../activities/mail/templates/reminders.ts';
import { footer, item, leaver, links, receiver } from './fixtures.ts';

describe('every mail', () => {
  const evil = `<script>alert(1)</script> & "quotes" 'n' </title><img src=x onerror=alert(1)>`;
  const letter = remindersMail(
    [leaver({ name: evil, department: evil, manager: evil, items: [item('hardware', evil, evil)] })],
    receiver({ name: evil }),
    links,
  )!;

  test('escapes markup', () => {
    const html = asHtml(letter, { ...footer, workspace: evil });
    expect(html).not.toContain('<script');
    expect(html).not.toContain('<img');
    expect(html.match(/<title>([^<]*)<\/title>/)![1]).toContain('&lt;script&gt;');
    expect(html).toContain('&quot;quotes&quot; &#39;n&#39;');
  });

  test('has a text part with the same content and an unsubscribe link', () => {
    const text = asText(letter, footer);
    expect(text).toContain(evil.split(' ')[0]);
    expect(text).toContain('Unsubscribe from these emails: https://x.example/stop');
    expect(text).toContain('Email preferences: https://lastday.halden.example/me#mail');
    expect(text.split('\n').filter((line) => line.length > 76 && !line.includes('http'))).toEqual([]);
  });

  test('loads nothing from the network', () => {
    expect(asHtml(letter, footer)).not.toMatch(/<(img|link|script|iframe)|url\(/);
  });
});
