import { beforeEach, describe, expect, test } from 'vitest';
import { AuditEntry, ColumnMapping } from '../../../database/entities/index.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { startWeb } from '../../../testing/web/web.ts';
import { mapped, mapping } from './mapping-setup.ts';
import { figures, type Setup, setUpUploads } from './setup.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);

let cast: Setup['cast'];
let nora: Setup['nora'];
let { file, upload, toMap } = {} as ReturnType<typeof mapping>;
beforeEach(async () => {
  const setup = await setUpUploads(own.database, web);
  ({ cast, nora } = setup);
  ({ file, upload, toMap } = mapping(setup));
});

describe('(R17) a mapping', () => {
  test('is saved by the header, listed and removed', async () => {
    await nora.post(await toMap(), mapped);
    const again = await upload();
    expect(again.location).toMatch(/^\/imports\/\d+$/);
    expect(figures((await nora.get(again.location!)).text)).toMatchObject({ 'Would start offboarding': '1' });
    await toMap(file().replace('Team', 'Group'));

    const listed = await nora.get('/imports/mappings');
    expect(listed.text).toContain(`Mail ${cast.emil.id}</bdi> → Email`);
    expect(listed.text).toContain('Cost centre');
    const { id } = await em.fork().findOneOrFail(ColumnMapping, { mappedBy: `user:${cast.nora.id}` });
    const ivo = await web.signIn(cast.ivo.email);
    expect((await ivo.get('/imports/mappings')).text).not.toContain(`Mail ${cast.emil.id}`);
    expect((await ivo.post(`/imports/mappings/${id}/removal`)).status).toBe(404);

    expect((await nora.post(`/imports/mappings/${id}/removal`)).status).toBe(303);
    expect((await nora.post(`/imports/mappings/${id}/removal`)).status).toBe(404);
    expect(
      await em.fork().count(AuditEntry, { action: 'columns.forgotten', actor: `user:${cast.nora.id}` }),
    ).toBe(1);
    await toMap();
  });

  test('is replaced when the same header is mapped in another way', async () => {
    const [one, two] = [await toMap(), await toMap()];
    await nora.post(one, mapped);
    await nora.post(two, { ...mapped, column3: 'ignore' });
    const again = await upload();
    expect(figures((await nora.get(again.location!)).text)).toMatchObject({ 'Would start offboarding': '0' });
  });
});
