import { beforeEach, describe, expect, test } from 'vitest';
import { importById } from '../../../database/imports/imports.ts';
import { createAsset } from '../../../database/inventory/assets.ts';
import { createLicense } from '../../../database/inventory/licenses.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { messageBeside } from '../../../testing/web/page-messages.ts';
import { startWeb } from '../../../testing/web/web.ts';
import { listed, type Setup, setMassChangeLimit, setUpUploads, uploaded } from './setup.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);

let cast: Setup['cast'];
let nora: Setup['nora'];
beforeEach(async () => {
  ({ cast, nora } = await setUpUploads(own.database, web));
});

describe('the mass-change limit', () => {
  const leavers = () =>
    csvOf(
      ['email', 'end date'],
      ...[cast.emil, cast.rosa, cast.timo].map(({ email }) => [email, '31.01.2027']),
    );

  test('asks for the number of people, and accepts no other', async () => {
    await setMassChangeLimit(own.database, 2);
    const id = await uploaded(nora, 'users', leavers());
    const { text } = await nora.get(`/imports/${id}`);
    expect(text).toContain('Confirm a large change');
    expect(text).toContain('3 people would get an end date.');
    for (const fields of [{}, { people: '2' }, { people: 'yes' }, { people: '' }] as Record<
      string,
      string
    >[]) {
      const answer = await nora.post(`/imports/${id}/start`, fields);
      expect(answer.status).toBe(422);
      expect(messageBeside(answer.text, 'people')).toBe('Type 3 to confirm.');
    }
    expect((await importById(em, id)).state).toBe('ready');
    expect((await nora.post(`/imports/${id}/start`, { people: '3' })).status).toBe(303);
    expect((await importById(em, id)).state).toBe('starting');
  });

  test('asks in words when a column came empty, and names it (R9)', async () => {
    await setMassChangeLimit(own.database, 2);
    const people = [cast.emil, cast.rosa, cast.timo].map(({ email }) => [email, '']);
    const id = await uploaded(nora, 'users', csvOf(['email', 'Manager'], ...people));
    const { text } = await nora.get(`/imports/${id}`);
    for (const words of [
      'Confirm a large change',
      '3 people would have their manager removed.',
      'The column “Manager” is empty on every line, but Lastday has values for it.',
      'How many people does this change?',
    ])
      expect(text).toContain(words);
    const refused = await nora.post(`/imports/${id}/start`, {});
    expect(messageBeside(refused.text, 'people')).toBe('Type 3 to confirm.');
    expect((await nora.post(`/imports/${id}/start`, { people: '3' })).status).toBe(303);
  });

  test('asks for the number of assets that lose their serial numbers (R1)', async () => {
    const tags = ['S-1', 'S-2', 'S-3'].map((name) => `${name}-${cast.emil.id}`);
    for (const tag of tags)
      await createAsset(em, 'system', { tag, model: 'X1', serial: `${tag}-serial`, location: null });
    await setMassChangeLimit(own.database, 2);
    const id = await uploaded(nora, 'assets', csvOf(['tag', 'serial'], ...tags.map((tag) => [tag, ''])));
    const { text } = await nora.get(`/imports/${id}`);
    expect(text).toContain('3 assets would have their serial number removed.');
    expect(text).toContain('How many assets does this change?');
    expect((await nora.post(`/imports/${id}/start`, { people: '3' })).status).toBe(303);
  });

  test('asks for the licenses that would get a vendor, whatever the limit (R6)', async () => {
    const name = `Figma ${cast.emil.id}`;
    await createLicense(em, 'system', { name, vendor: null, seatsTotal: 3 });
    const id = await uploaded(nora, 'licenses', csvOf(['license', 'vendor'], [name, 'Figma Inc.']));
    const { text } = await nora.get(`/imports/${id}`);
    for (const words of [
      'Confirm the vendors',
      `1 license would get a vendor: ${name} → Figma Inc. `,
      'How many licenses would get a vendor?',
    ])
      expect(text).toContain(words);
    const refused = await nora.post(`/imports/${id}/start`, {});
    expect(messageBeside(refused.text, 'people')).toBe('Type 1 to confirm.');
    expect((await nora.post(`/imports/${id}/start`, { people: '1' })).status).toBe(303);
  });

  test('and the date format are set in the workspace', async () => {
    const ada = await web.signIn(cast.ada.email);
    expect(
      (
        await ada.post('/settings/workspace/imports', {
          dateFormat: 'MM/DD/YYYY',
          brakeCount: '7',
          brakePercent: '3',
        })
      ).status,
    ).toBe(303);
    const { text } = await ada.get('/settings/workspace');
    expect(text).toMatch(/<option value="MM\/DD\/YYYY" selected>/);
    expect(text).toMatch(/name="brakeCount"\s+type="number"\s+value="7"/);
    const id = await uploaded(nora, 'users', csvOf(['email', 'endDate'], [cast.emil.email, '01/31/2027']));
    expect(listed((await nora.get(`/imports/${id}?show=leaving`)).text)).toEqual([
      expect.stringMatching(/^2 Emil Novák 31 Jan 2027 .+ · Would start offboarding$/),
    ]);

    const bad = await ada.post('/settings/workspace/imports', {
      dateFormat: 'YY',
      brakeCount: '-1',
      brakePercent: '101',
    });
    expect(bad.status).toBe(422);
    expect(messageBeside(bad.text, 'brakePercent')).toContain('from 0 to 100');
    expect(messageBeside(bad.text, 'brakeCount')).not.toBeNull();
    expect((await nora.post('/settings/workspace/imports', {})).status).toBe(403);
  });
});
