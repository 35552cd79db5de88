import { beforeAll, describe, expect, test } from 'vitest';
import { Asset } from '../../../database/entities/index.ts';
import { assetById, createAsset } from '../../../database/inventory/assets.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { statementsOf } from '../../../testing/cast/statements.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { messageBeside, messagesOn } from '../../../testing/web/page-messages.ts';
import { type Browserlike, startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
let cast: Cast;
let ivo: Browserlike;

beforeAll(async () => {
  cast = await makeCast(own.database);
  ivo = await web.signIn(cast.ivo.email);
});

const rowCount = (html: string) => html.split('<tr data-href="/assets/').length - 1;

describe('the list of assets', () => {
  test('shows holder and status, and is searched and filtered by its address', async () => {
    const found = await ivo.get(`/assets?q=${cast.laptop.tag}`);
    expect(found.status).toBe(200);
    expect(rowCount(found.text)).toBe(1);
    expect(found.text).toContain(cast.laptop.tag);
    expect(found.text).toContain(cast.lena.name);
    expect(found.text).toContain('>Assigned<');

    const inStock = await ivo.get(`/assets?q=${cast.laptop.tag}&status=in_stock`);
    expect(inStock.text).toContain('No matching assets');
  });

  test('reports a page past its end, and ignores an unknown status', async () => {
    expect((await ivo.get('/assets?page=900')).text).toContain("There's no page 900");
    expect((await ivo.get('/assets?status=stolen&page=-3')).text).toContain(cast.spare.tag);
  });

  test('treats special characters as text', async () => {
    for (const text of ['%25', "'", '%F0%9F%92%BB', '\\', '"><b>', 'x'.repeat(5000)]) {
      const answer = await ivo.get(`/assets?q=${text}`);
      expect([text, answer.status]).toEqual([text, 200]);
      expect(answer.text).not.toContain('"><b>');
    }
  });

  test('needs as many statements for fifty rows as for one', async () => {
    for (let number = 0; number < 60; number++) {
      const facts = { tag: `MANY-${number}`, serial: null, model: 'Many', location: null };
      const id = await createAsset(em, 'system', facts);
      if (number < 30) await assignAsset(em, 'system', id, cast.emil.id);
    }
    await ivo.get('/assets');
    const one = await statementsOf(() => ivo.get('/assets?q=MANY-59'));
    const fifty = await statementsOf(async () => {
      expect(rowCount((await ivo.get('/assets?q=MANY-')).text)).toBe(50);
    });
    expect(fifty).toHaveLength(one.length);
  });

  test('keeps the filters from page to page', async () => {
    const { text } = await ivo.get('/assets?q=MANY-&status=');
    expect(text).toContain('href="/assets?q=MANY-&amp;page=2"');
    expect(rowCount((await ivo.get('/assets?q=MANY-&page=2')).text)).toBe(10);
  });
});

describe('an asset', () => {
  test('is added by the form and shown', async () => {
    const facts = { tag: 'WEB-1', serial: '', model: 'Pixel <9>', location: 'Wien', status: 'in_repair' };
    const answer = await ivo.post('/assets', facts);
    expect(answer.status).toBe(303);
    const page = await ivo.get(answer.location!);
    expect(messagesOn(page.text)).toBe('success: WEB-1 added.');
    expect(page.text).toContain('Pixel &lt;9&gt;');
    expect(await em.fork().findOne(Asset, { tag: 'WEB-1' })).toMatchObject({
      serial: null,
      location: 'Wien',
      status: 'in_repair',
    });
  });

  test.each([
    ['a tag in use', { tag: 'MANY-1' }, 'tag', 'Another asset has this tag.'],
    ['no model', { model: ' ' }, 'model', 'Fill this in.'],
    ['a tag too long', { tag: 'x'.repeat(61) }, 'tag', 'At most 60 characters.'],
    [
      'a control character',
      { serial: 'a\u0007b' },
      'serial',
      'Character 2 is a control character (U+0007). Remove it.',
    ],
    ['a status of its own', { status: 'assigned' }, 'status', expect.stringContaining('Choose one of')],
  ])(
    'with %s keeps the input and shows the message beside the field',
    async (_case, more, field, message) => {
      const before = await em.fork().count(Asset);
      const typed = {
        tag: 'WEB-BAD',
        serial: 'S',
        model: 'Typed model',
        location: 'Typed place',
        status: 'in_stock',
      };
      const answer = await ivo.post('/assets', { ...typed, ...more });
      expect(answer.status).toBe(422);
      expect(messageBeside(answer.text, field)).toEqual(message);
      expect(answer.text).toContain('value="Typed place"');
      expect(await em.fork().count(Asset)).toBe(before);
    },
  );

  test('is edited, but keeps its status while somebody holds it', async () => {
    const { laptop } = cast;
    const facts = { tag: laptop.tag, serial: 'NEW', model: 'ThinkPad T14', location: 'Porto' };
    expect((await ivo.get(`/assets/${laptop.id}/edit`)).text).not.toContain('name="status"');

    const refused = await ivo.post(`/assets/${laptop.id}`, { ...facts, status: 'retired' });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain(`This asset is assigned to ${cast.lena.name}.`);

    expect((await ivo.post(`/assets/${laptop.id}`, facts)).location).toBe(`/assets/${laptop.id}`);
    expect(await assetById(em, laptop.id)).toMatchObject({ serial: 'NEW', status: 'assigned' });
  });

  test('that does not exist is a 404 page', async () => {
    for (const path of ['/assets/999999', '/assets/999999/edit', '/assets/abc', '/assets/99999999999']) {
      const answer = await ivo.get(path);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(answer.text).toContain('We can&#39;t find this asset. Go to Assets.');
    }
    expect((await ivo.post('/assets/999999', { tag: 'T', model: 'M' })).status).toBe(404);
  });

  test('is not visible to employees', async () => {
    const emil = await web.signIn(cast.emil.email);
    for (const path of ['/assets', '/assets/new', `/assets/${cast.laptop.id}`]) {
      expect((await emil.get(path)).status).toBe(403);
    }
    expect((await emil.post('/assets', { tag: 'EMIL', model: 'M' })).status).toBe(403);
  });
});
