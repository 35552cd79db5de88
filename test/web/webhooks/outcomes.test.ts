import { describe, expect } from 'vitest';
import { addAttempt, addDelivery, subscribe } from '../../../testing/cast/webhooks.ts';
import { webhookTests } from './setup.ts';

const { database, test } = await webhookTests();

describe('the page of a delivery names an answer that broke (E8)', () => {
  test.for([
    ['broke_off', 'The response was cut off'],
    ['not_http', 'The response wasn&#39;t valid HTTP'],
    ['timed_out', 'The endpoint timed out'],
    ['connection_failed', 'The connection failed'],
  ] as const)('%s, with the status that was read', async ([outcome, words], { ada }) => {
    const { id } = await subscribe(database);
    const delivery = await addDelivery(database, id, 'failed');
    await addAttempt(database, delivery, 1, outcome);
    const { text } = await ada.get(`/settings/webhooks/${id}/deliveries/${delivery}`);
    expect(text).toContain(words);
    expect(text).toContain(`<span class="code">${outcome}</span>, status <span class="code">500</span>`);
    expect((await ada.get(`/settings/webhooks/${id}/deliveries`)).text).toContain(words);
  });
});
