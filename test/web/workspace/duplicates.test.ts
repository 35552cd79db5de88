import { expect, test } from 'vitest';
import { User } from '../../../database/entities/index.ts';
import { makeCast } from '../../../testing/cast/cast.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { asOwner } from '../../../testing/servers/owner.ts';
import { startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);

test('without duplicates the page says so', async () => {
  const cast = await makeCast(own.database);
  const { text } = await (await web.signIn(cast.ada.email)).get('/duplicates');
  expect(text).toContain('No duplicates');
  expect(text).not.toContain('Reporting loops');
});

test('two records with one identifier are listed with the pages that change them', async () => {
  const cast = await makeCast(own.database);
  await asOwner(
    own.ownerUrl,
    `insert into assets (tag, model, tag_is_duplicate) values (lower('${cast.spare.tag}'), '<Dock>', true)`,
  );
  const { text } = await (await web.signIn(cast.ada.email)).get('/duplicates');
  expect(text).toContain(`/assets/${cast.spare.id}/edit`);
  expect(text).toContain(cast.spare.tag.toLowerCase());
  expect(text).toContain('&lt;Dock&gt;');
});

test('people who report to each other are listed (E15)', async () => {
  const cast = await makeCast(own.database);
  await em.fork().nativeUpdate(User, { id: cast.mira.id }, { managerId: cast.lena.id });
  const { text } = await (await web.signIn(cast.ada.email)).get('/duplicates');
  expect(text).toContain('Reporting loops');
  for (const { id } of [cast.mira, cast.lena]) expect(text).toContain(`/users/${id}/edit`);
});
