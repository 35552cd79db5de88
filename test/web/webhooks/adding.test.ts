import { describe, expect } from 'vitest';
import { messageBeside } from '../../../testing/web/page-messages.ts';
import { shown, webhookTests } from './setup.ts';

const { test } = await webhookTests();

describe('webhook endpoints', () => {
  test('are added, and their secret is shown once', async ({ ada, add }) => {
    const { url } = await add({ description: 'Badges', eventTypes: 'user.offboarded' });
    const page = await ada.get('/settings/webhooks');
    expect(shown(page)).toMatch(/^whsec_[\w+/]+=*$/);
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.text).toContain(url);
    expect(shown(await ada.get('/settings/webhooks'))).toBeUndefined();
  });

  test('subscribe to completions by default, or to the chosen events', async ({ ada, add }) => {
    expect(await add()).toMatchObject({ eventTypes: ['user.offboarded'] });
    expect(await add({ eventTypes: 'offboarding.cleared' })).toMatchObject({
      eventTypes: ['offboarding.cleared'],
    });
    const none = await ada.post('/settings/webhooks', { url: 'https://x.example/', eventTypes: '' });
    expect(none.status).toBe(422);
    expect(messageBeside(none.text, 'events')).toBe('Choose at least one event.');
  });

  test.for<[Record<string, string>, string]>([
    [{ url: '' }, 'Fill this in.'],
    [{ url: 'hooks' }, 'Enter a URL such as'],
    [{ url: 'http://hooks.example.com' }, 'starts with https://'],
    [{ url: 'javascript:alert(1)' }, 'starts with https://'],
    [{ url: 'https://127.0.0.1/' }, 'Private IP addresses aren&#39;t allowed'],
    [{ url: 'https://[::1]/' }, 'Private IP addresses aren&#39;t allowed'],
    [{ url: 'https://localhost/' }, 'Private IP addresses aren&#39;t allowed'],
    [{ url: 'https://me:pw@hooks.example.com/' }, 'user name or password'],
    [{ url: `https://x.example/${'x'.repeat(2000)}` }, 'At most 2000 characters'],
    [{ url: 'https://x.example', description: 'x'.repeat(201) }, 'At most 200 characters'],
    [{ url: 'https://x.example', eventTypes: 'user.born' }, 'Choose from'],
    [{ url: 'https://x.example', eventTypes: 'webhook.test' }, 'Choose from'],
  ])('with %o are rejected beside the field, and keep the input', async ([fields, message], { ada }) => {
    const { status, text } = await ada.post('/settings/webhooks', fields);
    expect(status).toBe(422);
    expect(text).toContain(message);
    if (fields.url) expect(text).toContain(`value="${fields.url}"`);
  });

  test('may be private when the environment allows it', async ({ add }) => {
    await add({ url: 'http://127.0.0.2:9000/hooks' });
  });
});
