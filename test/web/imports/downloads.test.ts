import { beforeEach, describe, expect, test } from 'vitest';
import { importById } from '../../../database/imports/imports.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { startWeb } from '../../../testing/web/web.ts';
import { type Setup, setUpUploads, uploaded } from './setup.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);

let cast: Setup['cast'];
let nora: Setup['nora'];
beforeEach(async () => {
  ({ cast, nora } = await setUpUploads(own.database, web));
});

describe('the error file', () => {
  test('contains the rejected lines, is safe to open, and can be corrected and imported', async () => {
    const id = await uploaded(
      nora,
      'users',
      ['e-mail;name;department', `${cast.emil.email};Emil;A`, 'who;"Wh;o";=1+1', `x@x.example;;"a\nb"`].join(
        '\r\n',
      ),
    );
    const { text, headers } = await nora.get(`/imports/${id}/errors.csv`);
    expect(headers.get('content-disposition')).toBe(`attachment; filename=errors-of-import-${id}.csv`);
    expect(text).toBe(
      [
        '\ufeffLine;Problems;e-mail;name;department',
        `3;e-mail: Expected an email such as name@example.com.;who;"Wh;o";'=1+1`,
        `4;name: A new person needs a name. department: Character 2 is a line break (U+000A). Write this on one line.;x@x.example;;"a
b"`,
        '',
      ]
        .join('\r\n')
        .replace(/^\ufeff/, ''),
    );
    const corrected = text.replace('who', 'who@x.example').replace('x@x.example;;"a\nb"', 'y@x.example;Y;ab');
    const again = await uploaded(nora, 'users', corrected);
    expect((await importById(em, again)).preview).toMatchObject({ create: 2, error: 0 });
  });
});

test('every kind lists its columns and has an example that can be uploaded', async () => {
  for (const kind of ['users', 'assets', 'licenses']) {
    expect((await nora.get(`/imports/${kind}/new`)).status).toBe(200);
    const { text, headers } = await nora.get(`/imports/${kind}/example.csv`);
    expect(headers.get('content-type')).toContain('text/csv');
    await uploaded(nora, kind, text);
  }
  expect((await nora.get('/imports/999999')).status).toBe(404);
  expect((await nora.get('/imports/nonsense/new')).status).toBe(404);
});
