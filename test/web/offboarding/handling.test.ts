import { expect } from 'vitest';
import { LeaverNote, Offboarding } from '../../../database/entities/index.ts';
import { addNote } from '../../../database/offboarding/handling/notes.ts';
import { changeOwner } from '../../../database/offboarding/handling/owner.ts';
import { setWaiting } from '../../../database/offboarding/handling/waiting.ts';
import { setEndDate } from '../../../database/offboarding/offboardings.ts';
import { addDays, todayIn } from '../../../domain/dates.ts';
import { consoleTests } from '../../../testing/web/console.ts';
import { fieldsOf } from '../../../testing/web/form.ts';

const { em, test } = await consoleTests();
const later = addDays(todayIn('UTC', new Date()), 3);

test('an admin takes a leaver, another takes over, and releases them', async ({ cast, ivo, nora }) => {
  const page = `/offboarding/${cast.lena.id}`;
  const address = `${page}/owner`;
  const before = await ivo.get(page);
  expect(before.text).toContain('No owner yet.');
  expect(before.text).toContain('I take it');
  const taking = fieldsOf(before.text, address);
  expect(await ivo.post(address, taking)).toMatchObject({ status: 303, location: page });
  const own = (await ivo.get(page)).text;
  expect(own).toContain('Ivo Marin is the owner.');
  expect(own).toMatch(/Owner: <strong><bdi>Ivo Marin<\/bdi><\/strong> \(you\)/);
  expect(own).toContain('Release');

  const late = await nora.post(address, { ownerId: String(cast.nora.id), seen: '' });
  expect(late.status).toBe(409);
  expect(late.text).toContain('Someone else changed the owner.');
  const shown = (await nora.get(page)).text;
  expect(shown).toContain('Take over');
  await nora.post(address, fieldsOf(shown, address));
  await nora.post(address, { ownerId: '', seen: String(cast.nora.id) });
  expect((await nora.get(page)).text).toContain('Owner removed.');
  const trail = (await nora.get(`/audit?user=${cast.lena.id}`)).text;
  for (const sentence of [
    'set the owner to Ivo Marin',
    'changed the owner from Ivo Marin to Nora Keller',
    'removed the owner Nora Keller',
  ])
    expect(trail).toContain(sentence);
});

test('only an active admin can be chosen', async ({ cast, ivo }) => {
  const answer = await ivo.post(`/offboarding/${cast.lena.id}/owner`, { ownerId: String(cast.mira.id) });
  expect(answer.status).toBe(422);
  expect(answer.text).toContain('Choose an active admin.');
});

test('notes have their author and time, and are escaped', async ({ cast, ivo, nora, ada }) => {
  const page = `/offboarding/${cast.lena.id}`;
  await ivo.post(`${page}/notes`, { text: 'Ask <b>reception</b>\nthen call' });
  const note = await em.fork().findOneOrFail(LeaverNote, { userId: cast.lena.id });
  const { text } = await nora.get(page);
  expect(text).toContain('Ask &lt;b&gt;reception&lt;/b&gt;\nthen call');
  expect(text).toContain('Ivo Marin');
  expect(text).not.toContain(`action="${page}/notes/${note.id}/removal"`);
  expect((await nora.post(`${page}/notes/${note.id}/removal`)).status).toBe(409);
  expect((await ada.get(page)).text).toContain(`action="${page}/notes/${note.id}/removal"`);
  await ivo.post(`${page}/notes/${note.id}/removal`);
  const after = (await ivo.get(page)).text;
  expect(after).toContain('Note removed.');
  expect(after).not.toContain('reception');
  const trail = (await ivo.get(`/audit?user=${cast.lena.id}`)).text;
  expect(trail).toContain('added a note');
  expect(trail).toContain('removed a note');
  expect(trail).not.toContain('reception');
});

test('a refused note comes back with what was typed', async ({ cast, ivo }) => {
  const page = `/offboarding/${cast.lena.id}`;
  const answer = await ivo.post(`${page}/notes`, { text: 'x'.repeat(2001) });
  expect(answer.status).toBe(422);
  expect(answer.text).toContain('At most 2000 characters.');
  expect(answer.text).toContain('x'.repeat(2001));
});

test('an item waits for something until a day', async ({ cast, ivo }) => {
  const page = `/offboarding/${cast.lena.id}`;
  const item = `hardware:${cast.laptop.assignmentId}`;
  const early = await ivo.post(`${page}/waiting`, { item, waitingFor: 'a courier', until: '2020-01-31' });
  expect(early.status).toBe(422);
  expect(early.text).toContain('Choose today or a later day.');
  expect(early.text).toContain('value="a courier"');
  await ivo.post(`${page}/waiting`, { item, waitingFor: 'a courier', until: later });
  const { text } = await ivo.get(page);
  expect(text.match(/On hold: a courier, until /g)).toHaveLength(2);
  expect(fieldsOf(text, `${page}/waiting/ending`)).toEqual({ item });
  await ivo.post(`${page}/waiting/ending`, { item });
  expect((await ivo.get(page)).text).not.toContain('On hold: a courier');
  const trail = (await ivo.get(`/audit?user=${cast.lena.id}`)).text;
  expect(trail).toContain(`put ${cast.laptop.tag} on hold until`);
  expect(trail).toContain(`took ${cast.laptop.tag} off hold`);
  expect(trail).not.toContain('courier');
});

test('htmx gets the checklist with the change', async ({ cast, ivo }) => {
  const page = `/offboarding/${cast.lena.id}`;
  const headers = { 'HX-Request': 'true', 'HX-Target': 'div#checklist' };
  const answer = await ivo.post(`${page}/notes`, { text: 'By courier' }, headers);
  expect(answer.status).toBe(200);
  expect(answer.text.trimStart()).toMatch(/^<div id="checklist"/);
  expect(answer.text).toContain('Note added.');
});

test('the queue shows owner, waiting items and notes, and filters by them', async ({ cast, ivo }) => {
  const { lena, timo, nora, seatId } = cast;
  await setEndDate(em, 'system', timo.id, later);
  const namesIn = async (query: string) => {
    const { text } = await ivo.get(`/offboarding?window=30&${query}`);
    const ids = [...text.matchAll(/<tr data-href="\/offboarding\/(\d+)"/g)].map(([, id]) => Number(id));
    return [lena, timo].filter(({ id }) => ids.includes(id)).map(({ id }) => id);
  };
  expect(await namesIn('owner=none')).toEqual([lena.id, timo.id]);
  await changeOwner(em, 'system', lena.id, cast.ivo.id);
  await changeOwner(em, 'system', timo.id, nora.id);
  const waiting = { waitingFor: 'an invoice', until: later };
  await setWaiting(em, 'system', lena.id, { kind: 'software', id: seatId }, waiting);
  for (const text of ['One', 'Two']) await addNote(em, nora.id, timo.id, text);
  const { text } = await ivo.get('/offboarding?window=30');
  expect(text).toMatch(/Owner: Ivo Marin · 1 item on hold until \d+ \w+ \d{4}</);
  expect(text).toContain('Owner: Nora Keller · 2 notes<');
  expect(await namesIn('owner=me')).toEqual([lena.id]);
  expect(await namesIn(`owner=${nora.id}`)).toEqual([timo.id]);
  expect(await namesIn('owner=none')).toEqual([]);
  expect(await namesIn('owner=someone')).toEqual([lena.id, timo.id]);
  expect(await namesIn('with=waiting')).toEqual([lena.id]);
  expect(await namesIn('with=notes')).toEqual([timo.id]);
  expect(await namesIn('with=over')).toEqual([]);
  const until = todayIn('UTC', new Date());
  await setWaiting(em, 'system', lena.id, { kind: 'software', id: seatId }, { ...waiting, until });
  expect(await namesIn('with=over')).toEqual([lena.id]);
  expect(await namesIn('owner=me&with=notes')).toEqual([]);
  await em.fork().nativeUpdate(Offboarding, { ownerId: { $ne: null } }, { ownerId: null });
});
