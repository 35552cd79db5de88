import { describe, expect } from 'vitest';
import { assetById } from '../../../database/inventory/assets.ts';
import { recoverAsset } from '../../../database/inventory/assignments.ts';
import { updateUser } from '../../../database/people/users.ts';
import { consoleTests } from '../../../testing/web/console.ts';
import { messageBeside, messagesOn } from '../../../testing/web/page-messages.ts';

const { em, test } = await consoleTests();

const holderOf = async (assetId: number) => (await assetById(em, assetId)).holder?.userId ?? null;

describe('assigning', () => {
  test('finds the user by name, email or id without scripts, with a button for each', async ({
    cast,
    ivo,
  }) => {
    const { spare, emil } = cast;
    for (const text of [emil.name, emil.email, emil.externalId, String(emil.id)]) {
      const { text: html } = await ivo.get(`/assets/${spare.id}?person=${encodeURIComponent(text)}`);
      expect(html).toContain(`action="/assets/${spare.id}/assignment"`);
      expect(html).toContain(`name="userId" value="${emil.id}"`);
    }
    expect((await ivo.get(`/assets/${spare.id}?person=nobody+at+all`)).text).toContain('No one matches');
  });

  test('lists users who may not receive assets without a button', async ({ cast, ivo }) => {
    await updateUser(em, 'system', cast.emil.id, { status: 'suspended' });
    const { text } = await ivo.get(`/assets/${cast.spare.id}?person=${cast.emil.email}`);
    expect(text).toContain(cast.emil.name);
    expect(text).not.toContain('name="userId"');
    expect(text).toContain("can't get new items");
  });

  test('leads to the asset, which shows its new holder', async ({ cast, ivo }) => {
    const { spare, emil } = cast;
    const answer = await ivo.post(`/assets/${spare.id}/assignment`, { userId: String(emil.id) });
    expect([answer.status, answer.location]).toEqual([303, `/assets/${spare.id}`]);
    const { text } = await ivo.get(answer.location!);
    expect(messagesOn(text)).toBe(`success: ${spare.tag} assigned to ${emil.name}.`);
    expect(text).toContain('id="recovery"');
  });

  test('by htmx responds with the updated asset', async ({ cast, ivo }) => {
    const { spare, emil } = cast;
    const fields = { userId: String(emil.id), person: emil.email };
    const answer = await ivo.postByHtmx(`/assets/${spare.id}/assignment`, 'div#asset', fields);
    expect(answer.status).toBe(200);
    expect(answer.text).toMatch(/^\s*<div id="asset"/);
    expect(answer.text).toContain('id="recovery"');
    expect(answer.text).not.toContain('<html');
  });

  test('of an asset with a holder is refused, names the holder and shows the asset', async ({
    cast,
    ivo,
  }) => {
    const { laptop, lena, emil } = cast;
    const answer = await ivo.post(`/assets/${laptop.id}/assignment`, { userId: String(emil.id) });
    expect(answer.status).toBe(409);
    expect(messagesOn(answer.text)).toBe(
      `danger: ${laptop.tag} is assigned to ${lena.name}. Recover it first.`,
    );
    expect(answer.text).toContain('id="recovery"');
    expect(await holderOf(laptop.id)).toBe(lena.id);
  });

  test.for([
    ['suspended', 'is suspended'],
    ['offboarded', 'is offboarded'],
  ] as const)('to a user who is %s is refused in words', async ([status, words], { cast, ivo }) => {
    const { spare, emil } = cast;
    await updateUser(em, 'system', emil.id, { status });
    const answer = await ivo.post(`/assets/${spare.id}/assignment`, { userId: String(emil.id) });
    expect(answer.status).toBe(409);
    expect(messagesOn(answer.text)).toBe(`danger: ${emil.name} ${words} and can't get new items.`);
    expect(await holderOf(spare.id)).toBeNull();
  });

  test('without a valid user comes back with a message beside the search', async ({ cast, ivo }) => {
    const { spare } = cast;
    for (const userId of ['', 'emil', '-1', '1.5']) {
      const answer = await ivo.post(`/assets/${spare.id}/assignment`, { userId, person: 'Typed' });
      expect(answer.status).toBe(422);
      expect(messageBeside(answer.text, 'person')).toBe('Choose a person: search by name, email or ID.');
      expect(answer.text).toContain('value="Typed"');
    }
    expect((await ivo.post(`/assets/${spare.id}/assignment`, { userId: '999999' })).status).toBe(404);
    expect((await ivo.post('/assets/999999/assignment', { userId: '1' })).status).toBe(404);
  });

  test('by two admins at the same time succeeds once, and the other sees the holder', async ({
    cast,
    ivo,
    nora,
  }) => {
    const { spare, emil, rosa } = cast;
    const answers = await Promise.all([
      ivo.post(`/assets/${spare.id}/assignment`, { userId: String(emil.id) }),
      nora.post(`/assets/${spare.id}/assignment`, { userId: String(rosa.id) }),
    ]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([303, 409]);
    const loser = answers.find((answer) => answer.status === 409)!;
    const winner = (await assetById(em, spare.id)).holder!;
    expect(messagesOn(loser.text)).toBe(
      `danger: ${spare.tag} is assigned to ${winner.name}. Recover it first.`,
    );
  });

  test('is offered only for assets in stock', async ({ cast, ivo }) => {
    await recoverAsset(em, 'system', cast.laptop.id, {
      condition: 'good',
      nextStatus: 'in_repair',
      note: null,
    });
    const { text } = await ivo.get(`/assets/${cast.laptop.id}`);
    expect(text).not.toContain('id="person"');
    expect(text).toContain('This asset is in repair. To assign it,');
  });
});
