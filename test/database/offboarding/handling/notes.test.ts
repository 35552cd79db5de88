import { expect, test } from 'vitest';
import { AuditEntry, LeaverNote } from '../../../../database/entities/index.ts';
import { addNote, removeNote } from '../../../../database/offboarding/handling/notes.ts';
import { erasePerson } from '../../../../database/people/erasure.ts';
import { mergePeople } from '../../../../database/people/merging/merge.ts';
import { makeCast } from '../../../../testing/cast/cast.ts';
import { makeFormerEmployee } from '../../../../testing/cast/former-employees.ts';
import { ownDatabase } from '../../../../testing/servers/database.ts';

const { database } = await ownDatabase();
const { em } = database;
const { lena, emil, ivo, nora, ada } = await makeCast(database);

const textsAbout = async (userId: number) =>
  (await em.fork().find(LeaverNote, { userId }, { orderBy: { id: 'asc' } })).map(({ text }) => text);
const actionsAbout = async (userId: number) =>
  (await em.fork().find(AuditEntry, { userId }, { orderBy: { id: 'asc' } })).flatMap(
    ({ action, actor, details }) =>
      action.startsWith('note.') ? [`${actor} ${action} ${JSON.stringify(details)}`] : [],
  );

test('a note is in the trail without its text', async () => {
  const noteId = await addNote(em, ivo.id, lena.id, 'Laptop is at reception');
  expect(await textsAbout(lena.id)).toEqual(['Laptop is at reception']);
  expect(await actionsAbout(lena.id)).toEqual([`user:${ivo.id} note.added {"noteId":${noteId}}`]);
});

test('a note is removed by its author or a super-admin, and by no other admin', async () => {
  const [first, second] = [
    await addNote(em, ivo.id, emil.id, 'One'),
    await addNote(em, ivo.id, emil.id, 'Two'),
  ];
  await expect(removeNote(em, nora.id, emil.id, first)).rejects.toMatchObject({ code: 'not-author' });
  await expect(removeNote(em, ivo.id, lena.id, first)).rejects.toThrow("We can't find this note.");
  expect(await removeNote(em, ivo.id, emil.id, first)).toBe(true);
  expect(await removeNote(em, ivo.id, emil.id, first)).toBe(false);
  expect(await removeNote(em, ada.id, emil.id, second)).toBe(true);
  expect(await textsAbout(emil.id)).toEqual([]);
});

test('an erasure deletes the notes about a person, and erases their name in others', async () => {
  const gone = await makeFormerEmployee(database);
  await addNote(em, ivo.id, gone.id, 'Moved to Porto');
  await addNote(em, ivo.id, lena.id, `As for ${gone.name}`);
  expect(await erasePerson(em, 'system', gone.id)).toBe(true);
  expect(await textsAbout(gone.id)).toEqual([]);
  expect((await textsAbout(lena.id)).at(-1)).toBe(`As for Former employee #${gone.id}`);
  await expect(addNote(em, ivo.id, gone.id, 'Again')).rejects.toMatchObject({ code: 'erased' });
});

test('the notes follow a merged record', async () => {
  const before = await textsAbout(lena.id);
  await mergePeople(em, 'system', lena.id, emil.id);
  expect(await textsAbout(emil.id)).toEqual(before);
  expect(await textsAbout(lena.id)).toEqual([]);
});
