import { describe, expect } from 'vitest';
import { WebhookEndpoint } from '../../../database/entities/index.ts';
import { messageBeside } from '../../../testing/web/page-messages.ts';
import { webhookTests } from './setup.ts';

const { test, em, endpoint } = await webhookTests();

describe('the address of an endpoint is stored as it is understood (E11)', () => {
  test.for([
    ['https://Hooks.EXAMPLE.com', 'https://hooks.example.com/'],
    ['https://hooks.example.com:443/a/../b', 'https://hooks.example.com/b'],
    ['https://bücher.example/ä?q=ö', 'https://xn--bcher-kva.example/%C3%A4?q=%C3%B6'],
    ['https://134744072/dns', 'https://8.8.8.8/dns'],
    ['http://127.2:9000/x', 'http://127.0.0.2:9000/x'],
    ['http://127.0.0.2:0009000/x', 'http://127.0.0.2:9000/x'],
  ])('%s is %s', async ([typed, stored], { ada }) => {
    const { status } = await ada.post('/settings/webhooks', { url: typed! });
    expect(status).toBe(303);
    const [newest] = await em.fork().find(WebhookEndpoint, {}, { orderBy: { id: 'desc' }, limit: 1 });
    expect(newest!.url).toBe(stored);
    expect((await ada.get('/settings/webhooks')).text).toContain(stored);
  });

  test.for([
    'http://127.0.0.2\\@127.0.0.1:3977/x',
    'https://hooks.example.com\\x',
    'https://hooks.example.com/\nX: y',
    'https://hooks.example.com/\r\nX: y',
    'https://hooks.exam\tple.com/',
    'https://hooks.example.com/\u0085x',
    'https://hooks.example.com/\u2028x',
    'https://hooks.example.com/\u0000',
  ])('%j is refused beside the field', async (url, { ada, add }) => {
    const { id, url: before } = await add();
    for (const address of ['/settings/webhooks', `/settings/webhooks/${id}`]) {
      const { status, text } = await ada.post(address, { url });
      expect(status).toBe(422);
      expect(messageBeside(text, 'url')).toMatch(/^(Character \d+ is a |Line breaks, control characters)/);
    }
    expect((await endpoint(id)).url).toBe(before);
  });

  test('one that becomes too long is refused', async ({ ada }) => {
    const { status, text } = await ada.post('/settings/webhooks', {
      url: `https://hooks.example.com/${'ä'.repeat(500)}`,
    });
    expect(status).toBe(422);
    expect(messageBeside(text, 'url')).toBe('At most 2000 characters.');
  });

  test('an edit stores it so, too', async ({ ada, add }) => {
    const { id } = await add();
    expect((await ada.post(`/settings/webhooks/${id}`, { url: 'https://OTHER.example.com' })).status).toBe(
      303,
    );
    expect((await endpoint(id)).url).toBe('https://other.example.com/');
  });
});
