import { beforeEach, describe, expect, test } from 'vitest';
import { createUser, userById } from '../../../database/people/users.ts';
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

describe("a manager in a person's form", () => {
  test('that fits two people is refused with both names (E1)', async () => {
    const twice = `twice${cast.ada.id}@x.example`;
    await createUser(em, 'system', { name: 'Ida', email: `ida${cast.ada.id}@x.example`, externalId: twice });
    const ole = await createUser(em, 'system', { name: 'Ole', email: twice });
    const refused = await nora.post(`/users/${cast.emil.id}`, { manager: twice });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('This matches two people: Ida by external ID, Ole by email.');
    await nora.post(`/users/${cast.emil.id}`, { manager: `Ole <${twice}>` });
    expect((await userById(em, cast.emil.id)).managerId).toBe(ole);
  });

  test('who reports to the person is refused with both names (E15)', async () => {
    const refused = await nora.post(`/users/${cast.mira.id}`, { manager: cast.timo.email });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('Timo Aalto reports to Mira Holt, directly or indirectly.');
  });
});
