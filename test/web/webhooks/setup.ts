import { expect } from 'vitest';
import { WebhookEndpoint } from '../../../database/entities/index.ts';
import { consoleTests } from '../../../testing/web/console.ts';
import type { Answer } from '../../../testing/web/web.ts';

/** A console where Ada, the super-admin, adds endpoints. One private IP address is allowed. */
export async function webhookTests() {
  const { test: base, database, em } = await consoleTests({ WEBHOOK_ALLOW: '127.0.0.2' });
  const test = base.extend('add', ({ ada }) => async (fields: Record<string, string> = {}) => {
    const url = `https://hooks.example.com/${Math.random()}`;
    const { status } = await ada.post('/settings/webhooks', { url, ...fields });
    expect(status).toBe(303);
    return em.fork().findOneOrFail(WebhookEndpoint, { url: fields.url ?? url });
  });
  const endpoint = (id: number) => em.fork().findOneOrFail(WebhookEndpoint, { id });
  return { database, em, test, endpoint };
}

/** The secret that a page shows once, if any. */
export const shown = ({ text }: Answer) => /id="shown-once">([^<]+)</.exec(text)?.[1];
