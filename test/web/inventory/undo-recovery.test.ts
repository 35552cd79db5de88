import { beforeEach, describe, expect, test } from 'vitest';
import { assetById } from '../../../database/inventory/assets.ts';
import { assignAsset } from '../../../database/inventory/assignments.ts';
import { completeOffboarding } from '../../../database/offboarding/completion.ts';
import { type Cast, makeCast } from '../../../testing/cast/cast.ts';
import { clearChecklist, recoverLaptop } from '../../../testing/cast/clearing.ts';
import { statementsOf } from '../../../testing/cast/statements.ts';
import { ownDatabase } from '../../../testing/servers/database.ts';
import { messagesOn } from '../../../testing/web/page-messages.ts';
import { type Browserlike, startWeb } from '../../../testing/web/web.ts';

const own = await ownDatabase();
const { database } = own;
const { em } = database;
const web = await startWeb(own);
let cast: Cast;
let ivo: Browserlike;

beforeEach(async () => {
  cast = await makeCast(database);
  ivo = await web.signIn(cast.ivo.email);
});

const undo = () =>
  ivo.post(`/assets/${cast.laptop.id}/recovery/correction`, {
    assignmentId: String(cast.laptop.assignmentId),
  });

async function complete() {
  await clearChecklist(database, cast);
  await completeOffboarding(em, cast.offboardingId, `user:${cast.ivo.id}`);
}

describe('(R19) undoing a recovery on the asset page', () => {
  test('is offered beside it, as a form that needs no scripts, while no one has the asset', async () => {
    const { laptop, emil } = cast;
    const form = `action="/assets/${laptop.id}/recovery/correction"`;
    expect((await ivo.get(`/assets/${laptop.id}`)).text).not.toContain(form);
    await recoverLaptop(database, cast);
    const { text } = await ivo.get(`/assets/${laptop.id}`);
    expect(text).toContain(form);
    expect(text).toContain(`name="assignmentId" value="${laptop.assignmentId}"`);
    expect(text).toContain('is assigned to <bdi>Lena Brandt</bdi> again.');
    await assignAsset(em, 'system', laptop.id, emil.id);
    expect((await ivo.get(`/assets/${laptop.id}`)).text).not.toContain(form);
  });

  test('gives the asset back to the same person, and says so', async () => {
    const { laptop, lena } = cast;
    await recoverLaptop(database, cast);
    const answer = await undo();
    expect([answer.status, answer.location]).toEqual([303, `/assets/${laptop.id}`]);
    const { text } = await ivo.get(answer.location!);
    expect(messagesOn(text)).toBe(
      `success: Recovery undone. ${laptop.tag} is assigned to Lena Brandt again.`,
    );
    expect(text).toContain('id="recovery"');
    expect(text).not.toContain('returned in good condition');
    expect((await ivo.get(`/offboarding/${lena.id}`)).text).toContain(laptop.tag);
    await undo();
    const again = await ivo.get(`/assets/${laptop.id}`);
    expect(messagesOn(again.text)).toBe(`info: ${laptop.tag} is already assigned to Lena Brandt.`);
  });

  test('is refused in words while another person has it, and when no one had it', async () => {
    const { laptop, spare, emil } = cast;
    await recoverLaptop(database, cast);
    await assignAsset(em, 'system', laptop.id, emil.id);
    const refused = await undo();
    expect(refused.status).toBe(409);
    expect(messagesOn(refused.text)).toBe(
      `danger: ${laptop.tag} is assigned to Emil Novák. Recover it before you undo a recovery.`,
    );
    const never = await ivo.post(`/assets/${spare.id}/recovery/correction`);
    expect([never.status, messagesOn(never.text)]).toEqual([
      409,
      `danger: ${spare.tag} never had a holder, so there's no recovery to undo.`,
    ]);
    expect((await ivo.post('/assets/999999/recovery/correction')).status).toBe(404);
  });
});

describe('(R19) after the completion', () => {
  beforeEach(complete);

  test('the person is back in the queue and on their checklist until it is recovered', async () => {
    const { laptop, lena } = cast;
    const checklist = `/offboarding/${lena.id}`;
    const inQueue = `href="${checklist}"`;
    expect((await ivo.get('/offboarding')).text).not.toContain(inQueue);
    const asset = await ivo.get(`/assets/${laptop.id}`);
    expect(asset.text).toContain('stays offboarded, and is back in the queue until');

    const { text } = await ivo.get((await undo()).location!);
    expect(messagesOn(text)).toBe(
      `success: Recovery undone. Lena Brandt is back in the queue until ${laptop.tag} is recovered.`,
    );
    expect(text).toContain('Recover from <bdi>Lena Brandt</bdi>');
    const queue = await ivo.get('/offboarding');
    expect(queue.text).toContain(inQueue);
    expect(queue.text).toContain('Offboarded, hardware still out');
    const page = await ivo.get(checklist);
    expect(page.text).toContain('Completed by');
    expect(page.text).toContain('Hardware still out: 1 device. The offboarding stays completed.');
    expect(page.text).toContain('Recovery undone');

    const back = { condition: 'worn', nextStatus: 'in_stock', note: '', from: 'offboarding' };
    const recovered = await ivo.post(`/assets/${laptop.id}/recovery`, back);
    expect(recovered.location).toBe(checklist);
    expect(messagesOn((await ivo.get(checklist)).text)).toBe(
      `success: ${laptop.tag} recovered from Lena Brandt.`,
    );
    expect((await ivo.get('/offboarding')).text).not.toContain(inQueue);
    expect(await assetById(em, laptop.id)).toMatchObject({ condition: 'worn', holder: null });
  });

  test('the queue and the asset page need no more statements for it', async () => {
    const noise = /^(begin|commit|rollback|set |update "sessions")|from "workspace"/i;
    const selects = async (path: string) =>
      (await statementsOf(() => ivo.get(path))).filter((text) => !noise.test(text)).length;
    const pages = ['/offboarding', `/offboarding/${cast.lena.id}`, `/assets/${cast.laptop.id}`];
    const count = async () => {
      const counts = [];
      for (const path of pages) counts.push(await selects(path));
      return counts;
    };
    const before = await count();
    await undo();
    expect(await count()).toEqual(before);
  });
});
