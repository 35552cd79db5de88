import { expect } from 'vitest';
import { Asset, Assignment, AuditEntry } from '../../../database/entities/index.ts';
import { assignAsset, recoverAsset } from '../../../database/inventory/assignments.ts';
import type { Cast } from '../../../testing/cast/cast.ts';
import { consoleTests } from '../../../testing/web/console.ts';
import { fieldsOf } from '../../../testing/web/form.ts';
import { messagesOn } from '../../../testing/web/page-messages.ts';

const { em, test } = await consoleTests();

const give = ({ spare, lena }: Cast, userId = lena.id) => assignAsset(em, 'system', spare.id, userId);
const cardOf = ({ laptop, spare }: Cast) => `/assets/recovery?ids=${laptop.id}&ids=${spare.id}`;

test('one condition and next status for all, changeable for one device', async ({ cast, ivo }) => {
  const { laptop, spare, lena } = cast;
  await give(cast);
  expect((await ivo.get(`/offboarding/${lena.id}`)).text).toContain('Recover selected');
  const card = await ivo.get(cardOf(cast));
  expect(card.text).toContain(`Recover 2 devices`);
  const fields = {
    ...fieldsOf(card.text, '/assets/recovery'),
    condition: 'good',
    nextStatus: 'in_stock',
    note: 'Box',
  };
  const lost = { [`nextStatus-${spare.id}`]: 'lost', [`note-${spare.id}`]: 'On a train' };
  const { status, location } = await ivo.post('/assets/recovery', { ...fields, ...lost });
  expect(status).toBe(303);
  expect(location).toMatch(new RegExp(`^/offboarding/${lena.id}\\?result=\\d+#results$`));
  expect((await ivo.get(location!)).text).toContain('2 devices recovered');
  const assets = await em.fork().find(Asset, { id: [laptop.id, spare.id] }, { orderBy: { id: 'asc' } });
  expect(assets.map((asset) => asset.status)).toEqual(['in_stock', 'lost']);
  const ends = await em.fork().find(Assignment, { userId: lena.id }, { orderBy: { id: 'asc' } });
  expect(ends.map(({ note }) => note)).toEqual(['Box', 'On a train']);
  expect(assets.map((asset) => asset.location)).toEqual(['Lisbon', 'Lisbon']);
  const entries = {
    userId: lena.id,
    action: ['asset.recovered', 'asset.lost'],
    actor: `user:${cast.ivo.id}`,
  };
  expect(await em.fork().count(AuditEntry, entries as never)).toBe(2);
});

test('broken devices in stock are asked about, and a device recovered meanwhile says so', async ({
  cast,
  ivo,
}) => {
  await give(cast);
  const fields = fieldsOf((await ivo.get(cardOf(cast))).text, '/assets/recovery');
  const question = await ivo.post('/assets/recovery', {
    ...fields,
    condition: 'broken',
    nextStatus: 'in_stock',
  });
  expect(question.text).toContain('Put 2 broken devices back in stock?');
  const how = { condition: 'good', nextStatus: 'in_repair', note: null } as const;
  await recoverAsset(em, 'system', cast.laptop.id, how);
  const { location } = await ivo.post('/assets/recovery', fieldsOf(question.text, '/assets/recovery'));
  const page = (await ivo.get(location!)).text;
  expect(page).toContain('1 of 2 devices recovered');
  expect(page).toContain('Already recovered.');
  expect((await em.fork().findOneOrFail(Asset, { id: cast.laptop.id })).status).toBe('in_repair');
});

test('a wrong card is shown again with what was typed', async ({ cast, ivo }) => {
  await give(cast);
  const fields = fieldsOf((await ivo.get(cardOf(cast))).text, '/assets/recovery');
  const wrong = await ivo.post('/assets/recovery', { ...fields, nextStatus: 'lost', location: 'Porto' });
  expect([wrong.status, messagesOn(wrong.text)]).toEqual([
    422,
    'danger: Not saved. Check the highlighted fields.',
  ]);
  expect(wrong.text).toContain('A lost asset needs a note.');
  expect(wrong.text).toContain('value="Porto"');
  const one = {
    ...fields,
    condition: 'good',
    nextStatus: 'in_stock',
    [`nextStatus-${cast.spare.id}`]: 'lost',
  };
  expect((await ivo.post('/assets/recovery', one)).text).toContain(`id="note-${cast.spare.id}-error"`);
  expect(await em.fork().count(Assignment, { userId: cast.lena.id, returnedAt: null })).toBe(2);
});

test('devices of several people and unknown ones are shown as they are', async ({ cast, ivo }) => {
  await give(cast, cast.timo.id);
  const card = await ivo.get(`${cardOf(cast)},999999&ids=x`);
  expect(card.text).toContain('Timo Aalto');
  const fields = { ...fieldsOf(card.text, '/assets/recovery'), condition: 'good', nextStatus: 'retired' };
  const { location } = await ivo.post('/assets/recovery', fields);
  expect(location).toMatch(/^\/bulk\/\d+$/);
  expect((await ivo.get(location!)).text).toContain('2 devices recovered');
  expect((await ivo.get(cardOf(cast))).text).toContain('No devices to recover');
});
