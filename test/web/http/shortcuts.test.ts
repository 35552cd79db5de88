import { expect } from 'vitest';
import { consoleTests } from '../../../testing/web/console.ts';

const { test } = await consoleTests();

test('shortcuts are on until the person turns them off on their page', async ({ ivo, nora }) => {
  const script = '/public/keys.js';
  expect((await ivo.get('/offboarding')).text).toContain(script);
  expect((await ivo.post('/me/shortcuts')).location).toBe('/me');
  const page = (await ivo.get('/me')).text;
  expect(page).toContain('Keyboard shortcuts are off.');
  expect(page).not.toContain(script);
  expect((await nora.get('/offboarding')).text).toContain(script);
  await ivo.post('/me/shortcuts', { shortcuts: 'yes' });
  expect((await ivo.get('/offboarding')).text).toContain(script);
});

test('a wrong choice changes nothing', async ({ ivo }) => {
  expect((await ivo.post('/me/shortcuts', { shortcuts: 'maybe' })).status).toBe(422);
  expect((await ivo.get('/me')).text).toContain('/public/keys.js');
});
