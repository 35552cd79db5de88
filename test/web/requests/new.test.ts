import { describe, expect } from 'vitest';
import { Request } from '../../../database/entities/index.ts';
import { updateUser } from '../../../database/people/users.ts';
import { messageBeside, messagesOn } from '../../../testing/web/page-messages.ts';
import { requestTests } from './setup.ts';

const { em, test } = await requestTests();

describe('a new request', () => {
  test('is made for a user who is searched first', async ({ cast, ivo }) => {
    const found = await ivo.get(`/requests/new?person=${cast.emil.email}`);
    expect(found.text).toContain(`href="/requests/new?userId=${cast.emil.id}"`);
    expect((await ivo.get(`/requests/new?userId=${cast.emil.id}`)).text).toContain(cast.emil.name);

    const answer = await ivo.post('/requests', {
      userId: String(cast.emil.id),
      item: 'Dock',
      reason: 'Ports',
    });
    expect(answer.status).toBe(303);
    const { text } = await ivo.get(answer.location!);
    expect(messagesOn(text)).toBe('success: Request for Dock created.');
    expect(text).toContain('Ports');
  });

  test('without an item or a user comes back with the message beside the field', async ({ cast, ivo }) => {
    const noItem = await ivo.post('/requests', { userId: String(cast.emil.id), item: '', reason: 'Typed' });
    expect(noItem.status).toBe(422);
    expect(messageBeside(noItem.text, 'item')).toBe('Fill this in.');
    expect(noItem.text).toContain('Typed');

    const nobody = await ivo.post('/requests', { userId: '', item: 'Dock' });
    expect(nobody.status).toBe(422);
    expect(messageBeside(nobody.text, 'person')).toBe('Choose a person: search by name, email or ID.');
    expect((await ivo.post('/requests', { userId: '999999', item: 'Dock' })).status).toBe(404);
  });

  test('is refused in words for a suspended user', async ({ cast, ivo }) => {
    await updateUser(em, 'system', cast.emil.id, { status: 'suspended' });
    const answer = await ivo.post('/requests', { userId: String(cast.emil.id), item: 'Dock', reason: '' });
    expect(answer.status).toBe(409);
    expect(messagesOn(answer.text)).toBe(`danger: ${cast.emil.name} is suspended and can't get new items.`);
    expect(answer.text).toContain('value="Dock"');
    expect(await em.fork().count(Request, { userId: cast.emil.id })).toBe(0);
  });
});
