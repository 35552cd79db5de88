import { beforeEach, describe, expect, test } from 'vitest';
import { startImport } from '../../../database/imports/imports.ts';
import { csvOf, importing } from '../../../testing/cast/importing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { startWeb } from '../../../testing/web/web.ts';
import { figures, listed, type Setup, setUpUploads, uploaded } from './setup.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);

let cast: Setup['cast'];
let nora: Setup['nora'];
beforeEach(async () => {
  ({ cast, nora } = await setUpUploads(own.database, web));
});

const file = () =>
  csvOf(
    ['E-Mail', 'Manager', 'Zone', 'End date'],
    [cast.emil.email, 'E-99999', 'Mars/Base', '10.12.2026'],
    [cast.timo.email, cast.mira.email, '', 'soon'],
    [cast.rosa.email, cast.mira.email, '', '11.12.2026'],
  );

describe('warnings of a file (R8)', () => {
  test('are counted in the preview, and listed with line and column', async () => {
    const id = await uploaded(nora, 'users', file());
    const { text } = await nora.get(`/imports/${id}?show=warnings`);
    expect(figures(text)).toMatchObject({ Changed: '2', Errors: '1', Warnings: '1' });
    expect(text).toContain(`/imports/${id}?show=errors`);
    expect(listed(text)).toEqual([
      '2 Emil Novák Zone: Expected a time zone such as Europe/Berlin. Manager: No one has this external ID or email.',
    ]);
  });

  test('are in the result and in the file to correct, which can be imported again', async () => {
    const id = await uploaded(nora, 'users', file());
    await startImport(em, `user:${cast.nora.id}`, id, null);
    await importing(own.database, 'system').execute(id);
    const { text } = await nora.get(`/imports/${id}`);
    expect(figures(text)).toMatchObject({ Changed: '2', Errors: '1', Warnings: '1' });
    expect(text).toContain('Download lines with errors or warnings');

    const csv = (await nora.get(`/imports/${id}/errors.csv`)).text;
    const [, warned, refused, ...others] = csv.trim().split('\r\n');
    expect(warned).toMatch(
      /^2,Warning: Zone: Expected .* Warning: Manager: No one .*,E-99999,Mars\/Base,10\.12\.2026$/,
    );
    expect(refused).toMatch(/^3,End date: /);
    expect(others).toEqual([]);
    const corrected = csv
      .replace('E-99999', cast.mira.email)
      .replace('Mars/Base', 'UTC')
      .replace(',soon', ',10.12.2026');
    const again = await uploaded(nora, 'users', corrected);
    const shown = figures((await nora.get(`/imports/${again}`)).text);
    expect(shown).toMatchObject({ Changed: '2', Errors: '0', Warnings: '0' });
  });
});
