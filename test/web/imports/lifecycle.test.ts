import { beforeEach, describe, expect, test } from 'vitest';
import { AuditEntry, User } from '../../../database/entities/index.ts';
import { executeBatch } from '../../../database/imports/progress.ts';
import { userById } from '../../../database/people/users.ts';
import { csvOf, importing } from '../../../testing/cast/importing.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { messagesOn } from '../../../testing/web/page-messages.ts';
import { startWeb } from '../../../testing/web/web.ts';
import { figures, type Setup, setUpUploads, uploaded } from './setup.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);
const { execute } = importing(own.database, 'system');

let cast: Setup['cast'];
let nora: Setup['nora'];
beforeEach(async () => {
  ({ cast, nora } = await setUpUploads(own.database, web));
});

describe('the import', () => {
  test('starts, shows its progress, and then its results', async () => {
    const id = await uploaded(
      nora,
      'users',
      csvOf(['email', 'department'], [cast.emil.email, 'Moved'], [cast.timo.email, 'Moved'], ['nobody', '']),
    );
    expect((await nora.post(`/imports/${id}/start`)).location).toBe(`/imports/${id}`);
    const running = await nora.get(`/imports/${id}`);
    expect(messagesOn(running.text)).toBe('success: Import of file.csv started.');
    expect(running.text).toMatch(/<progress class="bar bar-tall" max="3" value="0"/);
    expect(running.text).toMatch(new RegExp(`hx-get="/imports/${id}"\\s+hx-trigger="every 1s"`));
    await execute(id);
    const over = await nora.get(`/imports/${id}`);
    expect(figures(over.text)).toMatchObject({ Changed: '2', Errors: '1' });
    expect(over.text).not.toContain('hx-trigger="every');
    expect(await em.fork().findOneOrFail(User, { id: cast.emil.id })).toMatchObject({ department: 'Moved' });
    expect(await em.fork().count(AuditEntry, { actor: `user:${cast.nora.id}`, action: 'user.updated' })).toBe(
      2,
    );

    expect((await nora.post(`/imports/${id}/start`)).status).toBe(409);
    expect((await nora.post(`/imports/${id}/cancellation`)).status).toBe(409);
  });

  test('can be cancelled while it runs', async () => {
    const id = await uploaded(nora, 'users', csvOf(['email', 'department'], [cast.emil.email, 'Moved']));
    await nora.post(`/imports/${id}/start`);
    expect((await nora.post(`/imports/${id}/cancellation`)).status).toBe(303);
    expect((await nora.get(`/imports/${id}`)).text).toContain('Cancelling');
    await execute(id);
    expect((await nora.get(`/imports/${id}`)).text).toContain('Cancelled after 0 of 1 line.');
  });

  test('cancelled before the managers were set says so, and a second import sets them', async () => {
    const { id: mark } = cast.emil;
    const file = csvOf(
      ['externalId', 'name', 'email', 'manager'],
      [`W-${mark}`, 'Worker', `w${mark}@x.example`, `B-${mark}`],
      [`B-${mark}`, 'Boss', `b${mark}@x.example`, null],
    );
    const id = await uploaded(nora, 'users', file);
    await nora.post(`/imports/${id}/start`);
    await executeBatch(em, id, { onStep() {}, onDefect() {} });
    await nora.post(`/imports/${id}/cancellation`);
    await execute(id);
    expect((await nora.get(`/imports/${id}`)).text).toContain(
      '1 person has no manager yet. Import the file again to finish.',
    );
    const again = await uploaded(nora, 'users', file);
    await nora.post(`/imports/${again}/start`);
    await execute(again);
    const [worker, boss] = await Promise.all(
      ['W', 'B'].map((letter) => em.fork().findOneOrFail(User, { externalId: `${letter}-${mark}` })),
    );
    expect(worker!.managerId).toBe(boss!.id);
  });

  test('of the same file changes nothing the second time', async () => {
    const file = csvOf(['email', 'department', 'endDate'], [cast.emil.email, 'Moved', '31.01.2027']);
    const first = await uploaded(nora, 'users', file);
    await nora.post(`/imports/${first}/start`);
    await execute(first);
    const revision = (await userById(em, cast.emil.id)).revision;
    const second = await uploaded(nora, 'users', file);
    expect(figures((await nora.get(`/imports/${second}`)).text)).toMatchObject({
      Changed: '0',
      Unchanged: '1',
    });
    await nora.post(`/imports/${second}/start`);
    await execute(second);
    expect((await userById(em, cast.emil.id)).revision).toBe(revision);
  });

  test('is listed with the others', async () => {
    const id = await uploaded(nora, 'users', csvOf(['email'], [cast.emil.email]));
    const { text } = await nora.get('/imports');
    expect(text).toContain(`href="/imports/${id}"`);
    expect((await nora.get('/imports?page=900')).text).toContain("There's no page 900");
  });
});
