import { beforeEach, describe, expect, test } from 'vitest';
import { AuditEntry, ImportRow } from '../../../database/entities/index.ts';
import { userById } from '../../../database/people/users.ts';
import { csvOf } from '../../../testing/cast/importing.ts';
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

describe('the preview', () => {
  const file = () =>
    csvOf(
      ['E-Mail', 'Department', 'End date'],
      [cast.emil.email, 'Engineering', '31.12.2026'],
      [cast.timo.email, 'Research', ''],
      [cast.rosa.email, 'Engineering', ''],
      [cast.mira.email, 'Engineering', '31/12/2026'],
      ['stranger@x.example', '', ''],
    );

  test('shows what a file would change, and changes nothing', async () => {
    const entries = await em.fork().count(AuditEntry);
    const id = await uploaded(nora, 'users', file());
    const { text } = await nora.get(`/imports/${id}`);
    expect(figures(text)).toMatchObject({
      New: '0',
      Changed: '2',
      Unchanged: '1',
      Errors: '2',
      'Would start offboarding': '1',
    });
    expect(listed(text)).toEqual([
      "5 Mira Holt End date: “31/12/2026” isn't a date. Write dates as 2026-12-31 or as 31.12.2026.",
      '6 stranger@x.example name: A new person needs a name.',
    ]);
    expect(await em.fork().count(AuditEntry)).toBe(entries);
    expect((await userById(em, cast.emil.id)).endDate ?? null).toBeNull();
  });

  test('lists the new leavers and the changes', async () => {
    const id = await uploaded(nora, 'users', file());
    expect(listed((await nora.get(`/imports/${id}?show=leaving`)).text)).toEqual([
      expect.stringMatching(/^2 Emil Novák 31 Dec 2026 .+ · Would start offboarding$/),
    ]);
    expect(listed((await nora.get(`/imports/${id}?show=changed`)).text)).toEqual([
      '2 Emil Novák End date: 2026-12-31',
      '3 Timo Aalto Department: Engineering → Research',
    ]);
    expect((await nora.get(`/imports/${id}?show=nonsense&page=99`)).text).toContain("There's no page 99");
  });

  test('escapes the contents of the file', async () => {
    const id = await uploaded(
      nora,
      'users',
      csvOf(['email', 'name', 'department'], [cast.emil.email, '<b>Emil</b>', '"<i>"'], ['<u>@x', '<s>', '']),
    );
    for (const show of ['errors', 'changed'])
      expect((await nora.get(`/imports/${id}?show=${show}`)).text).not.toMatch(/<(b|i|u|s)>/);
  });

  test('offers no start when nothing would change', async () => {
    const id = await uploaded(nora, 'users', csvOf(['email'], [cast.emil.email]));
    const { text } = await nora.get(`/imports/${id}`);
    expect(text).toContain('No changes: everything is already up to date.');
    expect(text).not.toContain(`action="/imports/${id}/start"`);
  });

  test('can be discarded', async () => {
    const id = await uploaded(nora, 'users', file());
    expect((await nora.post(`/imports/${id}/cancellation`)).status).toBe(303);
    expect((await nora.get(`/imports/${id}`)).text).toContain('Discarded. Nothing was imported.');
    expect(await em.fork().count(ImportRow, { importId: id })).toBe(0);
  });
});
