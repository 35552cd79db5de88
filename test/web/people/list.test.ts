import { beforeEach, describe, expect, test } from 'vitest';
import { updateUser } from '../../../database/people/users.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { startWeb } from '../../../testing/web/web.ts';
import { type Setup, setUpAdmin } from './setup.ts';

const own = await ownDatabase();
const { em } = own.database;
const web = await startWeb(own);

let cast: Setup['cast'];
let nora: Setup['nora'];
beforeEach(async () => {
  ({ cast, nora } = await setUpAdmin(own.database, web));
});

describe('the list of people', () => {
  test('finds a user and links to their record', async () => {
    const { text, status, headers } = await nora.get(`/users?q=${cast.lena.email}`);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text).toContain(`href="/users/${cast.lena.id}"`);
    expect(text).not.toContain(`href="/users/${cast.emil.id}"`);
    expect(text).toContain('1 person');
  });

  test('promises only what it shows, and writes IT admin', async () => {
    const { text } = await nora.get(`/users?q=${cast.ivo.email}`);
    expect(text).toContain('<p class="page-lead">Everyone in the workspace.</p>');
    expect(text).toContain('<span class="tag">IT admin</span>');
  });

  test('says when there is no match, and ignores malformed filters', async () => {
    expect((await nora.get('/users?q=nobody-at-all')).text).toContain('No matching people');
    for (const query of ['q=a&q=b', 'page=0', 'page=-1', 'page=9999999', 'status=x']) {
      expect((await nora.get(`/users?${query}`)).status, query).toBe(200);
    }
  });

  test('reports a page past its end, and links to the last one', async () => {
    const { text } = await nora.get('/users?page=500&department=Engineering');
    expect(text).toContain("There's no page 500");
    expect(text).toContain('href="/users?department=Engineering"');
  });

  test('escapes names, job titles and departments', async () => {
    await updateUser(em, 'system', cast.emil.id, {
      name: '<img src=x>',
      jobTitle: '"><b>',
      department: "'&",
    });
    const pages = [
      await nora.get(`/users?q=${cast.emil.email}`),
      await nora.get(`/users/${cast.emil.id}`),
      await nora.get(`/users/${cast.emil.id}/edit`),
      await nora.get(`/users/suggestions?manager=${cast.emil.email}`),
    ];
    for (const { text } of pages) {
      expect(text).toContain('&lt;img');
      expect(text).not.toMatch(/<img src=x>|"><b>/);
    }
  });
});
