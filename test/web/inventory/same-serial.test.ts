import { expect, test } from 'vitest';
import { createAsset } from '../../../database/inventory/assets.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const web = await startWeb(own);
const cast = await makeCast(own.database);
const ivo = await web.signIn(cast.ivo.email);

test('a new asset with a known serial has a note on its page and its form (R5)', async () => {
  const form = {
    tag: 'LT-77777',
    serial: cast.laptop.tag.replace('LT-', 'pf').concat('ab'),
    model: 'Test',
    location: '',
    status: 'in_stock',
  };
  const { status, location } = await ivo.post('/assets', form);
  expect(status).toBe(303);
  const note = `${cast.laptop.tag} has the same serial and is assigned to ${cast.lena.name}.`;
  for (const address of [location!, `${location}/edit`]) {
    const { text } = await ivo.get(address);
    expect(text).toContain(note);
    expect(text).toContain(`href="/assets/${cast.laptop.id}"`);
  }
  expect((await ivo.get(`/assets/${cast.laptop.id}`)).text).toContain('LT-77777 has the same serial.');
});

test('assets without a serial are not compared', async () => {
  const facts = { serial: null, model: 'Dock', location: null };
  await createAsset(own.database.em, 'system', { tag: 'DK-1', ...facts });
  const id = await createAsset(own.database.em, 'system', { tag: 'DK-2', ...facts });
  expect((await ivo.get(`/assets/${id}`)).text).not.toContain('same serial');
});
